//! The stand-in, started as the other tests start it.
//!
//! Only that it comes, goes and comes back; what it answers is tested where it lives.

use std::net::TcpStream;

use servers::{LindormLocal, ServerError};

fn answers(server: &LindormLocal) -> bool {
    TcpStream::connect((server.host(), server.port())).is_ok()
}

#[test]
fn a_killed_stand_in_comes_back_on_its_port() {
    let mut server = LindormLocal::start(["--no-tls"]).unwrap();
    let port = server.port();
    assert!(answers(&server));
    server.kill();
    assert!(server.process_id().is_none());
    assert!(!answers(&server));
    server.restart().unwrap();
    assert_eq!(server.port(), port);
    assert!(answers(&server));
    server.stop().unwrap();
    assert!(!answers(&server));
}

#[test]
fn a_stand_in_that_refuses_its_arguments_says_why() {
    let error = LindormLocal::start(["--assume", "nothing=real"]).unwrap_err();
    assert!(
        matches!(&error, ServerError::EndedEarly { last_words, .. } if last_words.contains("nothing")),
        "{error}"
    );
}
