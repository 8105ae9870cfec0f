//! What becomes of a table: selection by patterns, exceptions, and names in another letter case.

use migration::ident::{ColumnName, DatabaseName, TableName};
use migration::task::{TableSelection, Task};
use serde_json::{Value, json};

use crate::task::document::{least, most, put, task};

fn database(name: &str) -> DatabaseName {
    DatabaseName::new(name).expect(name)
}

fn column(name: &str) -> ColumnName {
    ColumnName::new(name).expect(name)
}

fn mapped(task: &Task, from: &str, table: &str) -> Option<TableSelection> {
    task.mapped(&database(from), &TableName::new(table).expect(table))
}

/// `database.table` on the target.
fn place(task: &Task, from: &str, table: &str) -> Option<String> {
    mapped(task, from, table).map(|found| format!("{}.{}", found.target_database, found.target_table))
}

fn with_objects(objects: Value, case: &str) -> Task {
    let mut document = least();
    put(&mut document, "/objects", objects);
    put(&mut document, "/names", json!({"case": case}));
    task(&document)
}

#[test]
fn a_database_named_alone_is_moved_whole_under_its_own_names() {
    let task = task(&least());
    assert_eq!(place(&task, "shop", "Orders"), Some("shop.Orders".to_owned()));
    assert_eq!(place(&task, "Shop", "Orders"), None);
    assert_eq!(place(&task, "stock", "items"), None);
}

#[test]
fn a_table_needs_one_include_and_no_exclude() {
    let objects = json!([{"database": "shop", "include": ["o*", "items"], "exclude": ["*_old", "order_?"]}]);
    let task = with_objects(objects, "preserve");
    for (table, moved) in [
        ("orders", true),
        ("o", true),
        ("items", true),
        ("items2", false),
        ("orders_old", false),
        ("order_1", false),
        ("order_12", true),
        ("Orders", false),
    ] {
        assert_eq!(mapped(&task, "shop", table).is_some(), moved, "{table}");
    }
}

#[test]
fn a_name_of_the_document_is_taken_as_written_and_every_other_follows_the_case() {
    let task = task(&most());
    assert_eq!(place(&task, "shop", "orders"), Some("shop_lindorm.orders_v2".to_owned()));
    assert_eq!(place(&task, "shop", "Items"), Some("shop_lindorm.items".to_owned()));
    assert_eq!(place(&task, "Stock", "ITEMS"), Some("stock.items".to_owned()));
    assert_eq!(task.target_database(&database("Stock")), Some(database("stock")));
    assert_eq!(task.target_database(&database("stock")), None);
    let objects = json!([{"database": "shop", "tables": [{"table": "orders", "target": "Orders"}]}]);
    let upper = with_objects(objects, "upper");
    assert_eq!(place(&upper, "shop", "orders"), Some("SHOP.Orders".to_owned()));
    assert_eq!(place(&upper, "shop", "größe"), Some("SHOP.GRÖßE".to_owned()));
}

#[test]
fn columns_are_excluded_renamed_or_follow_the_case_whatever_case_they_are_written_in() {
    let orders = mapped(&task(&most()), "shop", "orders").expect("moved").columns;
    for (from, to) in [
        ("cust_id", Some("customer_id")),
        ("CUST_ID", Some("customer_id")),
        ("internal_note", None),
        ("Internal_Note", None),
        ("Total", Some("total")),
    ] {
        assert_eq!(orders.target_of(&column(from)), to.map(column), "{from}");
    }
    let items = mapped(&task(&most()), "shop", "items").expect("moved").columns;
    assert_eq!(items.target_of(&column("cust_id")), Some(column("cust_id")));
}

#[test]
fn columns_of_the_document_that_the_table_has_not_are_told() {
    let orders = mapped(&task(&most()), "shop", "orders").expect("moved").columns;
    assert_eq!(orders.absent_from(&[column("Cust_Id"), column("total")]), vec![column("internal_note")]);
    assert_eq!(orders.absent_from(&[]), vec![column("cust_id"), column("internal_note")]);
}
