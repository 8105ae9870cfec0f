//! The probe's answers about how values travel, against a target that takes them in some forms only.

use migration::capabilities::{Capabilities, LiteralValues, Measured};
use migration::port::{TargetCatalog, TargetClock};
use migration::schema::TargetType;
use migration::statement_form::{Escaping, ValueForm};

use super::probing::{case, probed, run};
use super::stand::{Stand, database, now, table_id};

fn literal(escaping: Escaping) -> LiteralValues {
    LiteralValues::Shown { escaping }
}

/// Assumptions, and what they change.
type Form = (&'static [&'static str], fn(&mut Capabilities));

#[tokio::test]
async fn what_bound_values_cannot_do_literals_can() {
    let forms: [Form; 5] = [
        (&["bind_values=refused"], |usual| usual.bound_values = Measured::No),
        (&["bound_text=refused"], |usual| usual.bound_values = Measured::No),
        (&["hints_when_prepared=ignored"], |usual| usual.prepared_hints = Measured::No),
        // The sink's statements carry a hint, so they are refused as well.
        (&["hints_when_prepared=refused"], |usual| {
            usual.prepared_hints = Measured::No;
            usual.bound_values = Measured::No;
        }),
        (&["bind_values=refused", "hints_when_prepared=refused"], |usual| {
            usual.prepared_hints = Measured::No;
            usual.bound_values = Measured::No;
        }),
    ];
    for (assumptions, change) in forms {
        case(assumptions, |found, usual| {
            change(usual);
            let escaping = Escaping::QuotesDoubled;
            assert_eq!(found.statement_form().values, ValueForm::Literal { escaping }, "{assumptions:?}");
        })
        .await;
    }
}

#[tokio::test]
async fn the_first_escaping_that_fits_is_found() {
    case(&["escapes=off"], |_, usual| usual.literal_values = literal(Escaping::QuotesDoubled)).await;
    case(&["quote_doubling=refused"], |_, usual| usual.literal_values = literal(Escaping::Backslashes)).await;
}

#[tokio::test]
async fn a_type_without_a_literal_leaves_values_bound() {
    case(&["hex_literal=refused"], |found, usual| {
        assert!(
            matches!(&found.literal_values, LiteralValues::Inconclusive { why } if why.contains("VARBINARY"))
        );
        usual.literal_values = found.literal_values.clone();
        assert_eq!(found.statement_form().values, ValueForm::Bound);
    })
    .await;
}

#[tokio::test]
async fn a_type_that_is_kept_in_no_form_is_named_and_says_nothing_of_the_others() {
    case(&["hex_literal=refused", "bind_values=refused"], |found, usual| {
        usual.bound_values = Measured::No;
        usual.types_lost = vec![TargetType::Varbinary];
        usual.empty_bytes = found.empty_bytes.clone();
        assert!(!found.empty_bytes.is_shown());
    })
    .await;
}

#[tokio::test]
async fn a_key_by_which_no_row_is_deleted_is_told_by_its_type() {
    let text = TargetType::Varchar { chars: None };
    let bytes = [TargetType::Varbinary, TargetType::Binary { bytes: Some(4) }];
    let decimal = TargetType::Decimal { precision_scale: Some((20, 0)) };
    case(&["key_delete=no_text"], |_, usual| usual.types_undeleted = vec![text]).await;
    case(&["key_delete=no_bytes"], |_, usual| usual.types_undeleted = bytes.to_vec()).await;
    case(&["key_delete=no_decimal"], |_, usual| usual.types_undeleted = vec![decimal]).await;
    case(&["key_delete=one_column"], |_, usual| usual.composite_key_delete = Measured::No).await;
    // By literals, without stamps, and without the hint.
    for other in ["bind_values=refused", "timeout_on_delete=refused"] {
        let stand = Stand::with(&["key_delete=no_text", other]).await;
        assert_eq!(probed(&stand).await.types_undeleted, [text], "{other}");
    }
    let stand = Stand::with(&["key_delete=no_text", "stamp_hint=refused", "stamp_column=refused"]).await;
    let found = probed(&stand).await;
    assert!(!found.stamped() && found.types_undeleted == [text], "{found:?}");
}

#[tokio::test]
async fn an_empty_value_that_becomes_null_is_told_by_its_type() {
    case(&["empty_bytes=null"], |_, usual| usual.empty_bytes = Measured::No).await;
    case(&["empty_text=null"], |_, usual| usual.empty_text = Measured::No).await;
    case(&["empty_text=null", "hints_when_prepared=ignored"], |_, usual| {
        usual.empty_text = Measured::No;
        usual.prepared_hints = Measured::No;
    })
    .await;
}

#[tokio::test]
async fn values_that_are_respelt_are_the_same_values() {
    for respelling in [
        "decimal_result=stripped",
        "boolean_result=text",
        "temporal_result=text",
        "json_result=normalized",
        "boolean_result=bit",
        "missing_table_code=8005",
        "engine_version=2.6.3.4",
        "excess_fraction=rounded",
        "describe_parameters=hidden",
        "boolean_from_integer=refused",
        "long_data=accepted",
        "statement_reset=refused",
        "unknown_hint=refused",
        "upsert_affected=zero",
        "show_create_table=absent",
        "show_index=absent",
    ] {
        case(&[respelling], |_, _| {}).await;
    }
}

#[tokio::test]
async fn the_clock_and_the_look_for_rows_need_no_prepared_statement() {
    for assumption in ["bind_values=refused", "hints_when_prepared=ignored", "hints_when_prepared=refused"] {
        let stand = Stand::with(&[assumption]).await;
        assert!(probed(&stand).await.stamped(), "{assumption}");
        let before = now();
        let clock = stand.target.target_now(run(), &database()).await.expect("the clock is read");
        assert!(before <= clock, "{assumption}");
        stand.run("CREATE TABLE t (id BIGINT, v BIGINT, PRIMARY KEY (id))").await;
        assert!(stand.target.is_empty(&table_id("t")).await.expect("the table is looked at"));
        stand.run("UPSERT INTO t (id, v) VALUES (1, 1)").await;
        assert!(!stand.target.is_empty(&table_id("t")).await.expect("the table is looked at"));
    }
}
