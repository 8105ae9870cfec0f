//! What no switch changes: plain rows are written, read, overwritten and deleted one by one under every setting; only
//! where keys of several columns delete nothing, they are not deleted.
//!
//! Each setting is tried by itself, then seeded combinations of all switches.

use lindorm_local::engine::TABLE;

use super::shell::Shell;

/// How many combinations are tried.
const COMBINATIONS: u64 = 64;

fn walk(settings: &[&str]) {
    let mut shell = Shell::assuming(settings);
    let shown = settings.join(" ");
    shell.done(
        "CREATE TABLE plain (k INT NOT NULL, id BIGINT NOT NULL, a INT, b VARCHAR, PRIMARY KEY (k, id))",
    );
    for (value, text) in [(7, "x"), (8, "y")] {
        shell.tick(1000);
        shell.done(&format!("UPSERT INTO plain (k, id, a, b) VALUES (1, -2, {value}, '{text}')"));
        let read = shell.rows("SELECT k, id, a, b FROM plain WHERE k = 1 AND id = -2");
        assert_eq!(read, [format!("1|-2|{value}|{text}")], "{shown}");
    }
    shell.tick(1000);
    if settings.contains(&"key_delete=one_column") {
        assert_eq!(shell.error("DELETE FROM plain WHERE k = 1 AND id = -2"), 9001, "{shown}");
        return;
    }
    shell.done("DELETE FROM plain WHERE k = 1 AND id = -2");
    assert!(shell.rows("SELECT a FROM plain WHERE k = 1").is_empty(), "{shown}");
    shell.tick(1000);
    shell.done("INSERT INTO plain (k, id, a) VALUES (1, -2, 9)");
    assert_eq!(shell.rows("SELECT a, b FROM plain WHERE k = 1"), ["9|NULL"], "{shown}");
    assert_eq!(shell.rows("DESCRIBE plain").len(), 4, "{shown}");
    shell.done("DROP TABLE plain");
}

#[test]
fn plain_rows_come_and_go_under_every_setting() {
    for info in TABLE {
        for value in info.values {
            walk(&[&format!("{}={value}", info.name)]);
        }
    }
}

#[test]
fn plain_rows_come_and_go_under_combinations_of_settings() {
    for seed in 1..=COMBINATIONS {
        let mut noise = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let settings: Vec<String> = TABLE
            .iter()
            .map(|info| {
                noise = noise.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(seed);
                let place = usize::from(noise.to_be_bytes()[0]) % info.values.len();
                format!("{}={}", info.name, info.values[place])
            })
            .collect();
        walk(&settings.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
