//! `ferry submit --aws` and what `ferry status --aws` shows of it.

use super::deployment::{Deployment, document};

#[test]
fn a_document_starts_one_run_however_often_it_is_submitted() {
    let deployed = Deployment::of("submitting");
    deployed.write("shop.yaml", &document("shop", ""));
    let first = deployed.ferry(&["submit", "shop.yaml", "--json"]).expect(0).events("submitted").remove(0);
    assert_eq!((&first["task"], &first["started"]), (&"shop".into(), &true.into()));
    let run = first["run"].as_str().expect("a run").to_owned();
    let uuid = uuid::Uuid::parse_str(&run).expect("an id");
    assert!(deployed.waiting().contains(&uuid.to_string()), "precheck is woken");

    let again = deployed.ferry(&["submit", "shop.yaml"]).expect(0).out;
    assert_eq!(
        again,
        format!(
            "task shop: this document has run {run} already, which is created\n`ferry status shop --aws --stack \
             submitting` shows how far it is\n"
        )
    );
    deployed.write("shop.yaml", &document("shop", "labels: { mended: yes-it-is }\n"));
    let mended = deployed.ferry(&["submit", "shop.yaml"]).expect(0).out;
    assert!(
        mended.starts_with("task shop: submitted to deployment submitting in us-east-1 as run "),
        "{mended}"
    );

    deployed.write(
        "stock.json",
        &serde_json::json!({
            "name": "stock", "migration": "incremental", "objects": [{ "database": "stock" }],
            "source": { "host": "h", "user": "u" }, "target": { "host": "l", "user": "u" },
        })
        .to_string(),
    );
    deployed.ferry(&["submit", "stock.json"]).expect(0);
    let status = deployed.ferry(&["status", "--json"]).expect(0);
    let tasks: Vec<_> = status.events("run").iter().map(|run| run["task"].clone()).collect();
    assert_eq!(tasks, ["shop", "stock"]);
    assert_eq!(status.events("usage").len(), 2);
    assert!(!status.out.contains(&run), "the run that was replaced is shown no more: {}", status.out);
}

#[test]
fn a_document_of_thousands_of_tables_and_the_authorities_it_names_are_stored() {
    let deployed = Deployment::of("large");
    let tables: String = (0..10_000)
        .map(|number| {
            format!("      - {{ table: t{number}, columns: {{ rename: {{ a{number}: b{number} }} }} }}\n")
        })
        .collect();
    let text = document("large", "").replace(
        "objects: [{ database: shop }]\n",
        &format!("objects:\n  - database: shop\n    tables:\n{tables}"),
    );
    let pem = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    deployed.write("ca.pem", pem);
    let verified = "user: root, tls: { mode: verify_ca, ca: ca.pem }";
    deployed.write("large.yaml", &text.replace("user: root", verified));
    let started = deployed.ferry(&["submit", "large.yaml", "--json"]).expect(0).events("submitted").remove(0);
    let partition = format!("run#{}", started["run"].as_str().expect("a run"));
    assert!(deployed.record(&partition, "document#0000").contains("\"b\""));
    assert!(deployed.record(&partition, "authority#target").contains("BEGIN CERTIFICATE"));
    let again = deployed.ferry(&["submit", "large.yaml", "--json"]).expect(0).events("submitted").remove(0);
    assert_eq!((&again["run"], &again["started"]), (&started["run"], &false.into()));

    deployed.write("ca.pem", "no certificate");
    let refused = deployed.ferry(&["submit", "large.yaml"]).expect(2).err;
    assert_eq!(refused, "ferry: target.tls.ca: the file holds no certificate in PEM\n");
}

#[test]
fn what_functions_cannot_reach_is_refused_at_once() {
    let deployed = Deployment::of("refusing");
    let text = document("shop", "")
        .replace("secrets_manager: 'arn:aws:secretsmanager:us-east-1:1:secret:s'", "env: SECRET")
        .replace("user: root", "user: root, password: { file: p }");
    deployed.write("shop.yaml", &text);
    let refused = deployed.ferry(&["submit", "shop.yaml"]).expect(2);
    assert_eq!(
        refused.err,
        "ferry: shop.yaml: the task document has 2 faults\n  source.password: found a variable of the submitter's \
         environment, expected a secret that functions can read: { secrets_manager: ARN }\n  target.password: found a \
         file of the submitter's machine, expected a secret that functions can read: { secrets_manager: ARN }\n"
    );
    assert_eq!(
        deployed.ferry(&["status"]).expect(2).err,
        "ferry: there is no task in deployment refusing in us-east-1\n"
    );
}

#[test]
fn a_document_that_was_refused_in_the_bucket_is_shown() {
    let deployed = Deployment::of("bucket");
    let refusal = serde_json::json!({ "at": 0, "faults": ["tasks/shop.yaml: the task document has 1 fault", "  name: missing"] });
    deployed.store("submission", "tasks/shop.yaml", &refusal);
    let shown = deployed.ferry(&["status"]).expect(0).out;
    assert!(shown.starts_with("document tasks/shop.yaml: refused "), "{shown}");
    assert!(
        shown.ends_with("  tasks/shop.yaml: the task document has 1 fault\n    name: missing\n"),
        "{shown}"
    );
    let events = deployed.ferry(&["status", "shop", "--json"]).expect(0).events("refused");
    assert_eq!(events[0]["place"], "tasks/shop.yaml");
}
