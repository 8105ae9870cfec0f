//! The engine against plain models: cells that keep the greatest stamp, and conditions tried row by row.

use std::collections::BTreeMap;

use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::{collection, option, prop_assert_eq, proptest};

use super::shell::{START_MS, Shell};

/// One thing that happens to a row.
#[derive(Debug, Clone)]
enum Event {
    /// A write of some columns, stamped by hand (milliseconds from the start) or by the clock; `Some(None)` writes NULL.
    Write {
        stamp: Option<i64>,
        a: Option<Option<i32>>,
        b: Option<Option<i32>>,
    },
    Delete,
    Tick,
    Compact,
}

fn event() -> impl Strategy<Value = Event> {
    let cell = || option::of(option::of(0..100));
    prop_oneof![
        6 => (option::of(-3_i64..6), cell(), cell()).prop_map(|(stamp, a, b)| Event::Write { stamp, a, b }),
        2 => Just(Event::Delete),
        3 => Just(Event::Tick),
    ]
}

/// A row as the rules describe it: per column the cell of the greatest stamp, the later of equal ones; a marker.
#[derive(Debug)]
struct Model {
    cells: [(i64, Option<i32>); 2],
    marker: i64,
}

impl Model {
    fn write(&mut self, column: usize, stamp: i64, value: Option<i32>) {
        if stamp >= self.cells[column].0 {
            self.cells[column] = (stamp, value);
        }
    }

    fn shown(&self) -> Vec<String> {
        let visible = self.cells.map(|(stamp, value)| value.filter(|_| stamp > self.marker));
        if visible == [None, None] {
            return Vec::new();
        }
        let text = |value: Option<i32>| value.map_or("NULL".to_owned(), |value| value.to_string());
        vec![format!("{}|{}", text(visible[0]), text(visible[1]))]
    }
}

fn literal(value: Option<i32>) -> String {
    value.map_or("NULL".to_owned(), |value| value.to_string())
}

fn replay(shell: &mut Shell, event: &Event) {
    match event {
        Event::Write { stamp, a, b } => {
            let hint = stamp.map_or(String::new(), |stamp| format!("/*+ _l_ts_({}) */", START_MS + stamp));
            let named =
                [("a", a), ("b", b)].into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
            let (names, values): (Vec<_>, Vec<_>) = named.map(|(name, value)| (name, literal(value))).unzip();
            if !names.is_empty() {
                let (names, values) = (names.join(", "), values.join(", "));
                shell.done(&format!("UPSERT {hint} INTO t (id, {names}) VALUES (1, {values})"));
            }
        }
        Event::Delete => {
            shell.done("DELETE FROM t WHERE id = 1");
        }
        Event::Tick => shell.tick(1),
        Event::Compact => shell.engine.compact(),
    }
}

fn table() -> Shell {
    let mut shell = Shell::new();
    shell.done("CREATE TABLE t (id INT, a INT, b INT, PRIMARY KEY (id))");
    shell
}

proptest! {
    #[test]
    fn a_row_shows_per_cell_the_greatest_stamp_above_its_marker(events in collection::vec(event(), 0..24)) {
        let mut shell = table();
        let mut model = Model { cells: [(i64::MIN, None); 2], marker: i64::MIN };
        let mut now = START_MS;
        for event in &events {
            replay(&mut shell, event);
            match event {
                Event::Write { stamp, a, b } => {
                    let stamp = stamp.map_or(now, |stamp| START_MS + stamp);
                    for (column, value) in [a, b].into_iter().enumerate() {
                        if let Some(value) = value {
                            model.write(column, stamp, *value);
                        }
                    }
                }
                Event::Delete => model.marker = now,
                Event::Tick => now += 1,
                Event::Compact => {}
            }
            prop_assert_eq!(shell.rows("SELECT a, b FROM t"), model.shown());
        }
        replay(&mut shell, &Event::Compact);
        prop_assert_eq!(shell.rows("SELECT a, b FROM t"), model.shown());
    }

    #[test]
    fn writes_of_different_stamps_end_equal_in_any_order(
        writes in collection::vec((option::of(option::of(0..100)), option::of(option::of(0..100))), 1..8),
        seed in any::<u64>(),
    ) {
        let stamped: Vec<Event> = (0_i64..)
            .zip(&writes)
            .map(|(stamp, (a, b))| Event::Write { stamp: Some(stamp), a: *a, b: *b })
            .collect();
        let mut turned = stamped.clone();
        let places = turned.len() as u64;
        for place in 0..turned.len() {
            let other = usize::try_from(seed.rotate_left(u32::try_from(place).unwrap_or(0)) % places).unwrap_or(0);
            turned.swap(place, other);
        }
        let (mut one, mut two) = (table(), table());
        stamped.iter().for_each(|event| replay(&mut one, event));
        turned.iter().for_each(|event| replay(&mut two, event));
        let sql = "SELECT /*+ _l_versions_(1) */ a, a_l_ts, b, b_l_ts FROM t";
        prop_assert_eq!(one.rows(sql), two.rows(sql));
    }
}

/// A condition as text, and what it says of a key.
#[derive(Debug, Clone)]
enum Tree {
    Compare(bool, &'static str, i32),
    In(bool, Vec<i32>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

impl Tree {
    fn text(&self) -> String {
        let name = |first: &bool| if *first { "k" } else { "l" };
        let value = |first: &bool, value: &i32| if *first { value.to_string() } else { format!("'{value}'") };
        match self {
            Self::Compare(first, comparison, number) => {
                format!("{} {comparison} {}", name(first), value(first, number))
            }
            Self::In(first, numbers) => {
                let list: Vec<String> = numbers.iter().map(|number| value(first, number)).collect();
                format!("{} IN ({})", name(first), list.join(", "))
            }
            Self::And(left, right) => format!("({} AND {})", left.text(), right.text()),
            Self::Or(left, right) => format!("({} OR {})", left.text(), right.text()),
        }
    }

    fn accepts(&self, k: i32, l: i32) -> bool {
        match self {
            Self::Compare(first, comparison, number) => {
                let ordering = if *first { k.cmp(number) } else { l.to_string().cmp(&number.to_string()) };
                match *comparison {
                    "=" => ordering.is_eq(),
                    "!=" => ordering.is_ne(),
                    "<" => ordering.is_lt(),
                    "<=" => ordering.is_le(),
                    ">" => ordering.is_gt(),
                    _ => ordering.is_ge(),
                }
            }
            Self::In(first, numbers) => numbers.contains(if *first { &k } else { &l }),
            Self::And(left, right) => left.accepts(k, l) && right.accepts(k, l),
            Self::Or(left, right) => left.accepts(k, l) || right.accepts(k, l),
        }
    }
}

fn tree() -> impl Strategy<Value = Tree> {
    let comparison = proptest::sample::select(vec!["=", "!=", "<", "<=", ">", ">="]);
    let leaf = prop_oneof![
        4 => (any::<bool>(), comparison, -4..8).prop_map(|(first, how, number)| Tree::Compare(first, how, number)),
        1 => (any::<bool>(), collection::vec(-4..8, 1..4)).prop_map(|(first, list)| Tree::In(first, list)),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #[test]
    fn a_condition_on_the_key_selects_what_it_says_in_key_order(
        tree in tree(),
        directions in any::<(bool, bool)>(),
        backward in any::<bool>(),
    ) {
        let turned = |descending: bool| if descending { "DESC" } else { "ASC" };
        let mut shell = Shell::new();
        let key = format!("k {}, l {}", turned(directions.0), turned(directions.1));
        shell.done(&format!("CREATE TABLE t (k INT, l VARCHAR, a INT, PRIMARY KEY ({key}))"));
        let mut expected: BTreeMap<(i32, String), String> = BTreeMap::new();
        for k in -3..7 {
            for l in -3..7 {
                shell.done(&format!("UPSERT INTO t (k, l, a) VALUES ({k}, '{l}', 0)"));
                if tree.accepts(k, l) {
                    expected.insert((k, l.to_string()), format!("{k}|{l}"));
                }
            }
        }
        let mut rows: Vec<((i32, String), String)> = expected.into_iter().collect();
        rows.sort_by(|((k, l), _), ((m, n), _)| {
            let first = if directions.0 { m.cmp(k) } else { k.cmp(m) };
            first.then(if directions.1 { n.cmp(l) } else { l.cmp(n) })
        });
        let order = format!("k {}, l {}", turned(directions.0 != backward), turned(directions.1 != backward));
        if backward {
            rows.reverse();
        }
        let expected: Vec<String> = rows.into_iter().map(|(_, shown)| shown).collect();
        let filter = tree.text();
        let sql = format!("SELECT /*+ _l_allow_filtering_ */ k, l FROM t WHERE {filter} ORDER BY {order} LIMIT 10000");
        prop_assert_eq!(shell.rows(&sql), expected);
    }
}
