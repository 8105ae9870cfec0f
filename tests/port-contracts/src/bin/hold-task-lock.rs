//! Takes the lock of a task in a data folder, says so, and keeps it until its input ends or it is killed.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use embedded::TaskLock;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(task)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: hold-task-lock FOLDER TASK");
        return ExitCode::from(2);
    };
    match TaskLock::acquire(Path::new(&folder), &task) {
        Ok(_held) => {
            println!("held");
            let mut rest = Vec::new();
            // The end of the input is the signal to end; whether it came by an error does not matter.
            let _ = std::io::stdin().read_to_end(&mut rest);
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}
