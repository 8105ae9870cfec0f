//! The certificate authorities of a task's ends, for functions that have no file to read them from.
//!
//! The document names files of the submitter's machine. Their text is stored with the run; it is no secret.

use serde::{Deserialize, Serialize};

use crate::limits::RECORD_BODY_BYTES_MAX;
use crate::port::{CheckpointTable, Commit, Expect, Write};
use crate::record::{self, LoadError, Stored};
use crate::run::RunId;

/// The longest list of authorities, in bytes: every public one together is shorter.
pub const AUTHORITY_BYTES_MAX: usize = 300 << 10;

/// An end of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Where rows are read.
    Source,
    /// Where they are written.
    Target,
}

impl End {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Source, Self::Target];

    /// Its key in the document.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

/// The PEM text for each end whose document names a file of authorities.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Authorities {
    /// The source's.
    pub source: Option<String>,
    /// The target's.
    pub target: Option<String>,
}

impl Authorities {
    /// The text for an end.
    #[must_use]
    pub fn of(&self, end: End) -> Option<&String> {
        match end {
            End::Source => self.source.as_ref(),
            End::Target => self.target.as_ref(),
        }
    }

    /// What is wrong with them, one line for each end; nothing of them is shown.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let of = |end: End| {
            let flaw = flaw(self.of(end)?)?;
            Some(format!("{}.tls.ca: the file {flaw}", end.key()))
        };
        End::ALL.into_iter().filter_map(of).collect()
    }

    /// Their writes beside a new run.
    pub(super) fn writes(&self, run: RunId) -> Vec<Write> {
        let put = |end: End| Some(record::put_new(record::authority(run, end), self.of(end)?));
        End::ALL.into_iter().filter_map(put).collect()
    }

    /// Stores those given in place of others: authorities change while a task goes on.
    pub(super) async fn renew(&self, records: &impl CheckpointTable, run: RunId) -> Result<(), LoadError> {
        for end in End::ALL {
            let Some(given) = self.of(end) else { continue };
            let key = record::authority(run, end);
            let mut stored: Option<Stored<String>> = record::load(records, &key).await?;
            while stored.as_ref().is_none_or(|stored| stored.value != *given) {
                let expect: Expect = record::as_found(stored.as_ref());
                if records.commit(vec![record::put(key.clone(), given, expect)]).await? == Commit::Stored {
                    break;
                }
                stored = record::load(records, &key).await?;
            }
        }
        Ok(())
    }
}

/// What the run's functions trust.
///
/// # Errors
/// [`LoadError`] where a record cannot be loaded.
pub async fn load(records: &impl CheckpointTable, run: RunId) -> Result<Authorities, LoadError> {
    let of = async |end| {
        let stored: Option<Stored<String>> = record::load(records, &record::authority(run, end)).await?;
        Ok::<_, LoadError>(stored.map(|stored| stored.value))
    };
    Ok(Authorities { source: of(End::Source).await?, target: of(End::Target).await? })
}

fn flaw(text: &str) -> Option<String> {
    let stored = serde_json::to_string(text).map_or(usize::MAX, |body| body.len());
    if text.len() > AUTHORITY_BYTES_MAX || stored > RECORD_BODY_BYTES_MAX {
        return Some(format!("has more than {AUTHORITY_BYTES_MAX} bytes"));
    }
    if text.contains("PRIVATE KEY-----") {
        return Some("holds a private key, which must not leave its place".to_owned());
    }
    (!text.contains("-----BEGIN CERTIFICATE-----")).then(|| "holds no certificate in PEM".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{AUTHORITY_BYTES_MAX, Authorities};

    #[test]
    fn authorities_that_cannot_be_stored_are_told_without_their_text() {
        let certificate = "-----BEGIN CERTIFICATE-----\nhunter2\n-----END CERTIFICATE-----\n";
        let faults = |source: String| {
            Authorities { source: Some(source), target: Some(certificate.to_owned()) }.faults()
        };
        assert_eq!(faults(certificate.to_owned()), Vec::<String>::new());
        assert_eq!(faults("hunter2".to_owned()), ["source.tls.ca: the file holds no certificate in PEM"]);
        let key = format!("{certificate}-----BEGIN PRIVATE KEY-----\nhunter2");
        let told = "source.tls.ca: the file holds a private key, which must not leave its place";
        assert_eq!(faults(key), [told]);
        let long = certificate.repeat(AUTHORITY_BYTES_MAX / certificate.len() + 1);
        assert_eq!(faults(long), ["source.tls.ca: the file has more than 307200 bytes"]);
    }
}
