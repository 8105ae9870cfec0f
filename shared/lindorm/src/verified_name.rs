//! `verify_ca`: a certificate signed by a trusted authority, made out to whatever name.
//!
//! The driver can only check authority and name together (its switch for leaving out the name compares an outdated
//! error text). So the connection is tried with the host's name first. Where the certificate is good and only its name
//! differs, the typed error lists the names it is made out to, and the connection is tried again with one of them:
//! authority, validity and signature are checked in full both times. Never used in any other mode.

use migration::task::TlsMode;
use mysql_async::Opts;

use crate::failure::Failure;
use crate::session::{Session, driver_options};
use crate::settings::Settings;

/// Opens a connection; also gives the options that worked.
pub(crate) async fn open_verified(settings: &Settings, options: Opts) -> Result<(Session, Opts), Failure> {
    match Session::open_bare(options.clone()).await {
        Ok(session) => Ok((session, options)),
        Err(failure) if settings.tls.mode == TlsMode::VerifyCa => {
            let Some(name) = failure.certificate_name() else { return Err(failure) };
            let options = driver_options(settings, Some(name));
            Ok((Session::open_bare(options.clone()).await?, options))
        }
        Err(failure) => Err(failure),
    }
}
