//! Servers that are not there, or are not protected as the document demands.

use servers::MysqlServer;

use crate::misuse::stage::{Broken, make, task_of, troubles};
use crate::stage::{lindorm, mysql};

#[track_caller]
fn assert_unreached(document: &str, expected: &str) {
    make("");
    let task = task_of(document);
    let ended = task.ferry("precheck", &[]).expect(3);
    assert_eq!(troubles(&ended), expected);
}

#[test]
fn a_server_that_is_not_there_is_told_with_its_address() {
    let (source, target) = (mysql().port().to_string(), lindorm().port().to_string());
    assert_unreached(
        &Broken::default().at("1", &target),
        "FAIL  source_connection  127.0.0.1:1\n      connecting: nobody listens at the address\n      \
         -> check host, port, firewall and white list",
    );
    assert_unreached(
        &Broken::default().at(&source, "1"),
        "FAIL  target_connection  127.0.0.1:1\n      asking for the server's version: nobody listens at the address\n      \
         -> check host, port, firewall and white list",
    );
    let document = Broken::default().document().replacen("127.0.0.1", "no-such-host.invalid", 1);
    assert_unreached(
        &document,
        "FAIL  source_connection  no-such-host.invalid:SOURCE\n      connecting: the connection was lost\n      \
         -> check host, port, firewall and white list",
    );
}

#[test]
fn a_certificate_nobody_vouches_for_is_not_accepted() {
    assert_unreached(
        &Broken { source: "user: root, tls: { mode: verify_ca }", ..Broken::default() }.document(),
        "FAIL  source_connection  127.0.0.1:SOURCE\n      connecting: the server's certificate was not accepted\n      \
         -> check host, port, firewall and white list; whether a trusted authority signed its certificate (`tls.ca`)",
    );
    assert_unreached(
        &Broken { target: "user: root", ..Broken::default() }.document(),
        "FAIL  target_connection  127.0.0.1:TARGET\n      asking for the server's version: the server's certificate was not accepted\n      \
         -> check host, port, firewall and white list; whether a trusted authority signed its certificate (`tls.ca`) \
         for this host name",
    );
}

#[test]
fn an_authority_that_cannot_be_read_is_named() {
    let source = "user: root, tls: { mode: verify_ca, ca: nowhere.pem }";
    let task = task_of(&Broken { source, ..Broken::default() }.document());
    let ended = task.ferry("run", &[]).expect(2);
    assert_eq!(
        ended.err,
        "ferry: the certificate authority nowhere.pem cannot be read: No such file or directory (os error 2)\n"
    );
}

#[test]
fn a_server_without_tls_is_refused_where_the_document_demands_it() {
    let plaintext = MysqlServer::builder().tls(false).start().expect("MySQL starts");
    let broken = Broken { source: "user: root, tls: { mode: required }", ..Broken::default() };
    let document = broken.at(&plaintext.port().to_string(), &lindorm().port().to_string());
    let task = task_of(&document);
    let ended = task.ferry("precheck", &[]).expect(3);
    let said = troubles(&ended).replace(&plaintext.port().to_string(), "PLAINTEXT");
    assert_eq!(
        said,
        "FAIL  source_connection  127.0.0.1:PLAINTEXT\n      connecting: the server offers no TLS\n      \
         -> check host, port, firewall and white list; whether it offers TLS"
    );
}
