//! Data folders that are none.

use std::fs;

use crate::misuse::stage::{Broken, make, task_of};

#[test]
fn a_data_folder_that_is_a_file_or_cannot_be_made_is_told() {
    make("");
    let task = task_of(&Broken::default().document());
    fs::write(task.path("file"), "x").expect("a file");
    for (words, folder, code, expected) in [
        (&["run", "task.yaml"][..], "file", 1, "cannot make the data folder file: File exists (os error 17)"),
        (
            &["precheck", "task.yaml"],
            "file",
            1,
            "cannot make the data folder file: File exists (os error 17)",
        ),
        (&["verify", "task.yaml"], "file", 2, "there is no data folder file"),
        (&["status"], "file", 2, "there is no data folder file"),
        (&["status"], "nowhere", 2, "there is no data folder nowhere"),
        // The kernel's own folder takes no new ones, whoever asks.
        (
            &["run", "task.yaml"],
            "/proc/ferry-data",
            1,
            "cannot make the data folder /proc/ferry-data: No such file or directory (os error 2)",
        ),
    ] {
        let ended = task.start_raw(&[words, &["--data-dir", folder]].concat(), &[]).wait().expect(code);
        assert_eq!((ended.err, ended.out), (format!("ferry: {expected}\n"), String::new()), "{words:?}");
    }
}

#[test]
fn a_damaged_record_file_is_told_and_left_as_it_is() {
    make("");
    let task = task_of(&Broken::default().document());
    fs::create_dir(task.path("data")).expect("a folder");
    fs::write(task.path("data/ferry.sqlite"), "not a database").expect("a file");
    for verb in ["run", "precheck", "verify"] {
        let ended = task.ferry(verb, &[]).expect(1);
        let expected = "ferry: data/ferry.sqlite is damaged: restore it, or use another data folder\n";
        assert_eq!((ended.err.as_str(), ended.out.as_str()), (expected, ""), "{verb}");
    }
    let left = fs::read_to_string(task.path("data/ferry.sqlite")).expect("a file");
    assert_eq!(left, "not a database");
}
