//! What is done to the target behind Ferry's back: one row of each kind of difference.
//!
//! A value where NULL belongs is the hard one: it can only be repaired by erasing.

use anyhow::Result;

use crate::picture::Client;
use crate::source::DATABASE;

/// How many differences [`inflict`] makes.
pub(crate) const DIFFERENCES: u64 = 6;

const STATEMENTS: [(&str, &str, &str); 6] = [
    // A row that is missing.
    ("DELETE FROM", "composite", "WHERE `a` = -3 AND `b` = 'H7' AND `c` = 7"),
    // A row too many.
    ("UPSERT INTO", "by_unsigned", "(`id`, `v`) VALUES (77, 'extra')"),
    // Another value.
    ("UPSERT INTO", "by_day", "(`day`, `moment`, `v`) VALUES ('1970-01-01', 1000, 33)"),
    // A value where NULL belongs, beside a value and alone.
    ("UPSERT INTO", "nullable", "(`id`, `a`, `b`) VALUES (3, 4, 'c')"),
    ("UPSERT INTO", "nullable", "(`id`, `b`) VALUES (1, 'new')"),
    // A row too many in a table of keys only.
    ("UPSERT INTO", "key_only", "(`a`, `b`, `ferry_row`) VALUES (9, 'extra', 1)"),
];

/// Does it. The client must see the rows of a finished run.
pub(crate) fn inflict(client: &mut Client) -> Result<()> {
    for (verb, table, rest) in STATEMENTS {
        client.run(&format!("{verb} `{DATABASE}`.`{table}` {rest}"))?;
    }
    Ok(())
}
