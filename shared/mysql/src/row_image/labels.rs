//! Labels of ENUM and SET, which the log's rows name by number only.
//!
//! The catalog writes a label's characters beyond U+FFFF as `?`, so its labels alone may not be what the copy reads.
//! The table map's own labels are used where it has them, and checked against the catalog's. Where it has none, a `?`
//! in a character set that knows more characters is not decided: such a column is refused, never guessed.

use crate::row_image::charset::Charset;

/// Where the labels of a column stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LabelsFound {
    /// They are these.
    Known(Vec<String>),
    /// They are not told exactly by anyone.
    Uncertain,
    /// The log's are others than the catalog's: the schema is not of this position.
    Different,
}

/// The labels of a column by its catalog entry and, where there are any, the table map's own.
pub(crate) fn labels(catalog: &[String], charset: &str, logged: Option<&[&[u8]]>) -> LabelsFound {
    let decoded = logged.and_then(|logged| {
        let charset = Charset::of(charset)?;
        logged.iter().map(|label| charset.text(label)).collect::<Option<Vec<String>>>()
    });
    match decoded {
        Some(decoded) if decoded.len() == catalog.len() => {
            let same = decoded.iter().zip(catalog).all(|(logged, catalog)| as_in_catalog(logged) == *catalog);
            if same { LabelsFound::Known(decoded) } else { LabelsFound::Different }
        }
        Some(_) => LabelsFound::Different,
        None if may_go_beyond(charset) && catalog.iter().any(|label| label.contains('?')) => {
            LabelsFound::Uncertain
        }
        None => LabelsFound::Known(catalog.to_vec()),
    }
}

fn as_in_catalog(label: &str) -> String {
    label.chars().map(|character| if character > '\u{ffff}' { '?' } else { character }).collect()
}

fn may_go_beyond(charset: &str) -> bool {
    matches!(charset, "utf8mb4" | "utf16" | "utf16le" | "utf32" | "gb18030")
}

#[cfg(test)]
mod tests {
    use super::{LabelsFound, labels};

    fn owned(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    #[test]
    fn the_logs_labels_win_over_the_catalogs_question_marks() {
        let catalog = owned(&["?", "x", "?"]);
        let logged = ["😀", "x", "?"].map(str::as_bytes);
        assert_eq!(labels(&catalog, "utf8mb4", Some(&logged)), LabelsFound::Known(owned(&["😀", "x", "?"])));
        assert_eq!(labels(&catalog, "utf8mb4", None), LabelsFound::Uncertain);
        assert_eq!(labels(&catalog, "latin1", None), LabelsFound::Known(catalog));
        assert_eq!(labels(&owned(&["x"]), "utf8mb4", None), LabelsFound::Known(owned(&["x"])));
    }

    #[test]
    fn other_labels_than_the_catalogs_are_told_apart() {
        let catalog = owned(&["a", "b"]);
        assert_eq!(labels(&catalog, "latin1", Some(&[&b"a"[..], b"c"])), LabelsFound::Different);
        assert_eq!(labels(&catalog, "latin1", Some(&[&b"a"[..]])), LabelsFound::Different);
        assert_eq!(labels(&catalog, "latin1", Some(&[&b"b"[..], b"a"])), LabelsFound::Different);
    }
}
