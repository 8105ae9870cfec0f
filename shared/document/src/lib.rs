//! A task document as text: YAML or JSON by its name, checked whole.
//!
//! It exists apart from the domain because of the formats, and apart from the `ferry` command because a document comes as
//! a file, as an object and as an event. What it means is decided in the domain. No message from here shows a piece of
//! the text, because a password may stand in it by mistake.

mod repeated_key;
mod syntax;

use std::path::Path;

use migration::task::{Faults, Task};
use serde_json::Value;

pub use syntax::SyntaxFault;

/// The largest document, in bytes: some 100,000 tables with an entry of their own.
pub const DOCUMENT_BYTES_MAX: usize = 16 << 20;

/// Why a text is no task document. `name` is what its owner knows it by: a path, or an object's key.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// The extension tells neither YAML nor JSON.
    #[error("{name} is neither .yaml, .yml nor .json")]
    UnknownFormat {
        /// The document.
        name: String,
    },
    /// It is beyond [`DOCUMENT_BYTES_MAX`].
    #[error("{name} has more than {DOCUMENT_BYTES_MAX} bytes")]
    TooLarge {
        /// The document.
        name: String,
    },
    /// It is not text.
    #[error("{name} is not UTF-8 text")]
    NotText {
        /// The document.
        name: String,
    },
    /// The text is not in the format of its extension.
    #[error("{name}, {fault}")]
    Syntax {
        /// The document.
        name: String,
        /// Where and why.
        fault: SyntaxFault,
    },
    /// The document is well written and no valid task.
    #[error("{name}: {faults}")]
    Faults {
        /// The document.
        name: String,
        /// Everything that is wrong with it.
        faults: Faults,
    },
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// JSON.
    Json,
}

impl Format {
    /// By the extension of a document's name.
    ///
    /// # Errors
    /// [`DocumentError::UnknownFormat`].
    pub fn of(name: &str) -> Result<Self, DocumentError> {
        let extension = Path::new(name).extension().and_then(|extension| extension.to_str());
        match extension.unwrap_or_default().to_ascii_lowercase().as_str() {
            "yaml" | "yml" => Ok(Self::Yaml),
            "json" => Ok(Self::Json),
            _ => Err(DocumentError::UnknownFormat { name: name.to_owned() }),
        }
    }
}

/// Reads the document called `name`, whose format its extension tells.
///
/// # Errors
/// [`DocumentError`]; for a document that is no valid task, with all of its faults.
pub fn read(name: &str, bytes: &[u8]) -> Result<Task, DocumentError> {
    read_as(Format::of(name)?, name, bytes)
}

/// Reads the document called `name`, whatever its extension.
///
/// # Errors
/// [`DocumentError`]; for a document that is no valid task, with all of its faults.
pub fn read_as(format: Format, name: &str, bytes: &[u8]) -> Result<Task, DocumentError> {
    let name = || name.to_owned();
    if bytes.len() > DOCUMENT_BYTES_MAX {
        return Err(DocumentError::TooLarge { name: name() });
    }
    let text = str::from_utf8(bytes).map_err(|_| DocumentError::NotText { name: name() })?;
    let document: Value = match format {
        Format::Yaml => syntax::yaml(text),
        Format::Json => syntax::json(text),
    }
    .map_err(|fault| DocumentError::Syntax { name: name(), fault })?;
    Task::parse(&document).map_err(|faults| DocumentError::Faults { name: name(), faults })
}
