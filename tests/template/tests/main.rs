//! The template keeps every rule, and every rule notices when it is broken.

mod breaks;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde_json::Value;
use template::{Check, Fault, Given, defaults, everything_given, expand, look, repository_file};

use crate::breaks::{BREAKS, Break, File};

/// The templates as SAM expands them, and the workspace's manifest.
struct Files {
    template: Value,
    watch: Value,
    manifest: String,
}

static FILES: LazyLock<Files> = LazyLock::new(|| Files {
    template: expand("template.yaml").expect("the template can be expanded"),
    watch: expand("infra/watch.yaml").expect("the alarms can be expanded"),
    manifest: std::fs::read_to_string(repository_file("Cargo.toml")).expect("there is a manifest"),
});

fn faults(files: &Files, given: Given) -> Vec<Fault> {
    look(&files.template, &files.watch, &files.manifest, given).into_list()
}

fn told(faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn the_template_is_right_as_it_is_deployed_without_a_choice() {
    let found = faults(&FILES, defaults(&FILES.template));
    assert!(found.is_empty(), "{}", told(&found));
}

#[test]
fn the_template_is_right_with_everything_chosen_otherwise() {
    let found = faults(&FILES, everything_given(&FILES.template));
    assert!(found.is_empty(), "{}", told(&found));
}

#[test]
fn every_check_objects_to_what_it_is_there_for() {
    let mut seen = BTreeSet::new();
    for broken in BREAKS {
        let files = broken_files(broken);
        let found = [defaults(&FILES.template), everything_given(&FILES.template)]
            .into_iter()
            .flat_map(|given| faults(&files, given))
            .collect::<Vec<_>>();
        let objects = found.iter().any(|fault| fault.check == broken.check);
        assert!(objects, "{:?} did not object to {}\n{}", broken.check, broken.at, told(&found));
        seen.insert(broken.check);
    }
    let unseen: Vec<_> = Check::ALL.iter().filter(|check| !seen.contains(check)).collect();
    assert!(unseen.is_empty(), "never seen to object: {unseen:?}");
}

/// The files with one thing changed in the JSON, which must have been there to be changed or removed.
fn broken_files(broken: &Break) -> Files {
    let Files { template, watch, manifest } = &*FILES;
    let (mut template, mut watch, mut manifest) = (template.clone(), watch.clone(), manifest.clone());
    match broken.file {
        File::Template => broken.apply(&mut template),
        File::Watch => broken.apply(&mut watch),
        File::Manifest => manifest = manifest.replace(broken.at, broken.to.unwrap_or_default()),
    }
    Files { template, watch, manifest }
}
