//! Which source servers Ferry is made for.

use migration::finding::Finding;
use migration::port::SourceFacts;

use crate::codes::Code;
use crate::draft::Draft;

/// Servers that speak MySQL's protocol and are not MySQL, by a word of their version.
const RELATIVES: [&str; 5] = ["mariadb", "tidb", "oceanbase", "singlestore", "vitess"];

/// Judges the server's version.
pub(crate) fn judge(facts: &SourceFacts) -> Finding {
    let comment = facts.version_comment.trim_matches(['(', ')']);
    let shown = format!("{} ({comment})", facts.version);
    let all = shown.to_lowercase();
    if let Some(relative) = RELATIVES.into_iter().find(|relative| all.contains(relative)) {
        let evidence = format!("{shown}: {relative} is not MySQL; Ferry has not been tried with it");
        return Draft::alert(Code::SourceVersion, "source", evidence)
            .remedy("try the migration on a copy, verify it, then accept the finding")
            .done();
    }
    match release(&facts.version) {
        Some((5, 7) | (8, 0 | 4) | (9, _)) => Draft::pass(Code::SourceVersion, "source", shown).done(),
        Some((8, _)) => Draft::alert(
            Code::SourceVersion,
            "source",
            format!("{shown}: an innovation release without updates"),
        )
        .remedy("upgrade the source to 8.4, or accept the finding")
        .done(),
        Some(_) | None => {
            Draft::fail(Code::SourceVersion, "source", format!("{shown}: neither 5.7, 8.0, 8.4 nor 9"))
                .remedy("upgrade the source, or migrate from a replica of a newer version")
                .done()
        }
    }
}

fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split(['.', '-']).map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        (Some(_) | None, _) => None,
    }
}
