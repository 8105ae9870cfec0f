//! Words the command does not know.

use crate::misuse::stage::{Broken, task_of};

#[test]
fn wrong_words_end_with_2_and_say_what_is_known() {
    let task = task_of(&Broken::default().document());
    for (words, expected) in [
        (&["mov", "task.yaml"][..], "error: unrecognized subcommand 'mov'"),
        (&["run"], "error: the following required arguments were not provided:\n  <TASK>"),
        (&["run", "task.yaml", "--repair"], "error: unexpected argument '--repair' found"),
        (
            &["run", "task.yaml", "--until", "never"],
            "error: invalid value 'never' for '--until <UNTIL>'\n  [possible values: complete, caught-up]",
        ),
        (&["status", "a", "b"], "error: unexpected argument 'b' found"),
    ] {
        let ended = task.start_raw(words, &[]).wait().expect(2);
        assert!(ended.err.starts_with(expected), "{words:?}: {}", ended.err);
        assert_eq!(ended.out, "");
    }
    let ended = task.start_raw(&[], &[]).wait().expect(2);
    assert!(ended.err.starts_with("Moves MySQL databases into Alibaba Cloud LindormTable"), "{}", ended.err);
}
