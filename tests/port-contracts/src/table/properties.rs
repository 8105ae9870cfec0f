//! What must hold of any schedule of transactions. Each case has a partition of its own.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use migration::port::{CheckpointTable, Commit, Expect, RecordKey, Version, Write};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};

use crate::platform::{Platform, at, commit, get, key, put, store};
use crate::property::{check, give_way};

/// Whoever comes first wins; all others are told so and have written nothing.
pub fn of_transactions_that_conflict_exactly_one_is_stored<P: Platform>() {
    let strategy = (any::<bool>(), vec(0_u8..4, 2..12));
    check::<P, _>(&strategy, &async |platform, partition, (exists, delays)| {
        let shared = key(&partition, "shared");
        let expect = if exists { at(1) } else { Expect::Absent };
        if exists {
            store(platform, vec![put(&shared, "before", Expect::Absent)]).await;
        }
        let own = |number: usize| key(&partition, &format!("own {number}"));
        let outcomes = join_all(delays.iter().enumerate().map(async |(number, delay)| {
            give_way(*delay).await;
            let body = number.to_string();
            let writes = vec![put(&own(number), &body, Expect::Absent), put(&shared, &body, expect)];
            commit(platform, writes).await
        }))
        .await;
        let winners: Vec<usize> =
            (0..delays.len()).filter(|number| outcomes.get(*number) == Some(&Commit::Stored)).collect();
        proptest::prop_assert_eq!(winners.len(), 1);
        let found = get(platform, &shared).await.map(|record| record.body);
        proptest::prop_assert_eq!(found, winners.first().map(ToString::to_string));
        for number in 0..delays.len() {
            let written = get(platform, &own(number)).await.is_some();
            proptest::prop_assert_eq!(written, winners.contains(&number));
        }
        Ok(())
    });
}

/// Transfers between accounts, each loaded, decided and stored again after a conflict: nothing is lost or doubled.
pub fn concurrent_transfers_lose_nothing<P: Platform>() {
    let transfer = (0_usize..4, 1_usize..4, 1_i64..10, 0_u8..4);
    check::<P, _>(&vec(transfer, 1..16), &async |platform, partition, transfers| {
        let account = |number: usize| key(&partition, &format!("account {}", number % 4));
        store(platform, (0..4).map(|number| put(&account(number), "100", Expect::Absent)).collect()).await;
        let mut balances = [100_i64; 4];
        for (from, step, amount, _) in &transfers {
            balances[*from] -= amount;
            balances[(from + step) % 4] += amount;
        }
        join_all(transfers.iter().map(async |(from, step, amount, delay)| {
            loop {
                give_way(*delay).await;
                let (from, to) = (account(*from), account(from + step));
                let writes = vec![moved(platform, &from, -amount).await, moved(platform, &to, *amount).await];
                if commit(platform, writes).await == Commit::Stored {
                    break;
                }
            }
        }))
        .await;
        for (number, balance) in balances.iter().enumerate() {
            let found = get(platform, &account(number)).await.map(|record| record.body);
            proptest::prop_assert_eq!(found, Some(balance.to_string()));
        }
        Ok(())
    });
}

async fn moved<P: Platform>(platform: &P, account: &RecordKey, amount: i64) -> Write {
    let found = get(platform, account).await.expect("the account exists");
    let balance: i64 = found.body.parse().expect("a balance is a number");
    put(account, &(balance + amount).to_string(), Expect::Version(found.version))
}

#[derive(Debug, Clone)]
enum Step {
    Put { sort: u8, expect: Option<u64> },
    Delete { sort: u8, expect: u64 },
    Check { sort: u8, expect: Option<u64> },
}

impl Step {
    fn sort(&self) -> u8 {
        match self {
            Self::Put { sort, .. } | Self::Delete { sort, .. } | Self::Check { sort, .. } => *sort,
        }
    }

    fn holds(&self, model: &BTreeMap<u8, (u64, String)>) -> bool {
        let found = model.get(&self.sort()).map(|(version, _)| *version);
        match self {
            Self::Put { expect, .. } | Self::Check { expect, .. } => found == *expect,
            Self::Delete { expect, .. } => found == Some(*expect),
        }
    }

    fn write(&self, partition: &str, body: &str) -> Write {
        let key = key(partition, &format!("k{}", self.sort()));
        let expected = |expect: &Option<u64>| expect.map_or(Expect::Absent, at);
        match self {
            Self::Put { expect, .. } => put(&key, body, expected(expect)),
            Self::Delete { expect, .. } => Write::Delete { key, expect: Version(*expect) },
            Self::Check { expect, .. } => Write::Check { key, expect: expected(expect) },
        }
    }
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let expect = || prop_oneof![2 => Just(None), 3 => (1_u64..4).prop_map(Some)];
    let step = prop_oneof![
        4 => (0_u8..4, expect()).prop_map(|(sort, expect)| Step::Put { sort, expect }),
        2 => (0_u8..4, 1_u64..4).prop_map(|(sort, expect)| Step::Delete { sort, expect }),
        1 => (0_u8..4, expect()).prop_map(|(sort, expect)| Step::Check { sort, expect }),
    ];
    vec(step, 1..4).prop_map(|mut steps| {
        steps.sort_by_key(Step::sort);
        steps.dedup_by_key(|step| step.sort());
        steps
    })
}

/// Any sequence of transactions leaves what a map of versions and bodies would hold.
pub fn transactions_do_what_a_map_would<P: Platform>() {
    check::<P, _>(&vec(steps(), 1..24), &async |platform, partition, transactions| {
        let mut model: BTreeMap<u8, (u64, String)> = BTreeMap::new();
        for (number, steps) in transactions.iter().enumerate() {
            let body = number.to_string();
            let holds = steps.iter().all(|step| step.holds(&model));
            let writes = steps.iter().map(|step| step.write(&partition, &body)).collect();
            let expected = if holds { Commit::Stored } else { Commit::Conflict };
            proptest::prop_assert_eq!(commit(platform, writes).await, expected);
            for step in steps.iter().filter(|_| holds) {
                match step {
                    Step::Put { sort, .. } => {
                        let version = model.get(sort).map_or(1, |(version, _)| version + 1);
                        model.insert(*sort, (version, body.clone()));
                    }
                    Step::Delete { sort, .. } => {
                        model.remove(sort);
                    }
                    Step::Check { .. } => {}
                }
            }
        }
        let found = platform.table().range(&partition, "k", None, 100).await.expect("a range succeeds");
        let found: Vec<(String, u64, String)> =
            found.into_iter().map(|record| (record.key.sort, record.version.0, record.body)).collect();
        let expected: Vec<(String, u64, String)> =
            model.into_iter().map(|(sort, (version, body))| (format!("k{sort}"), version, body)).collect();
        proptest::prop_assert_eq!(found, expected);
        Ok(())
    });
}
