//! The shop database: sixteen tables whose sizes follow from one number.
//!
//! Sizes are shares of the whole, so that a small shop looks like a large one. References between tables hold by
//! construction: a referring row draws from the numbers that the other table gives out.
//! Never looks at the clock: "today" is a constant.

mod goods;
mod people;
mod places;
mod sales;

use std::fs::File;
use std::io::{self, BufWriter};

use crate::random::Random;
use crate::table::Table;
use crate::tsv::Rows;

/// The statements that make the tables.
pub const SCHEMA: &str = include_str!("schema.sql");

/// The last day of the data, 2026-01-01, in days since 1970.
const TODAY: i64 = 20_454;
/// The first day of the data, about six years earlier.
const FIRST_DAY: i64 = TODAY - 2_200;

/// The smallest shop in which every table has rows.
pub const ROWS_MIN: u64 = 400;

type Output = Rows<BufWriter<File>>;
type Fill = fn(&Sizes, &mut Random, &mut Output) -> io::Result<()>;

/// How many rows each table has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    countries: u64,
    warehouses: u64,
    categories: u64,
    coupons: u64,
    customers: u64,
    addresses: u64,
    products: u64,
    product_categories: u64,
    price_history: u64,
    inventory: u64,
    orders: u64,
    order_items: u64,
    payments: u64,
    shipments: u64,
    reviews: u64,
    sessions: u64,
    legacy_contacts: u64,
}

impl Sizes {
    /// Sizes that add up to `total`; at least [`ROWS_MIN`].
    pub(crate) fn of(total: u64) -> Self {
        let total = total.max(ROWS_MIN);
        let thousandths = |share: u64| (total * share / 1_000).max(1);
        let mut sizes = Self {
            countries: u64::try_from(crate::words::COUNTRIES.len()).unwrap_or(0),
            warehouses: 12,
            // A SMALLINT key holds no more than 65,535.
            categories: (total / 2_000).clamp(10, 60_000),
            coupons: thousandths(5),
            customers: thousandths(60),
            addresses: thousandths(80),
            products: thousandths(30),
            product_categories: thousandths(50),
            price_history: thousandths(30),
            inventory: thousandths(60),
            orders: thousandths(160),
            order_items: 0,
            payments: thousandths(100),
            shipments: thousandths(70),
            reviews: thousandths(40),
            sessions: thousandths(50),
            legacy_contacts: thousandths(10),
        };
        sizes.order_items = total - sizes.sum();
        sizes
    }

    fn sum(&self) -> u64 {
        let small = self.countries + self.warehouses + self.categories + self.coupons + self.legacy_contacts;
        let people = self.customers + self.addresses + self.reviews + self.sessions;
        let goods = self.products + self.product_categories + self.price_history + self.inventory;
        small + people + goods + self.orders + self.order_items + self.payments + self.shipments
    }
}

/// The tables of a shop with `total` rows in all.
pub fn tables(total: u64) -> Vec<Table> {
    let sizes = Sizes::of(total);
    let plain = |name, rows, fill: Fill| table(sizes, name, rows, "", fill);
    vec![
        plain("countries", sizes.countries, places::countries),
        table(
            sizes,
            "warehouses",
            sizes.warehouses,
            "(id, name, country, opens, closes, capacity, @plan) SET floor_plan = UNHEX(@plan)",
            places::warehouses,
        ),
        plain("categories", sizes.categories, goods::categories),
        plain("coupons", sizes.coupons, sales::coupons),
        table(
            sizes,
            "customers",
            sizes.customers,
            "(id, email, name, nickname, born, tier, interests, credit, score, active, preferences, @digest, created_at, \
             updated_at) SET password_digest = UNHEX(@digest)",
            people::customers,
        ),
        plain("addresses", sizes.addresses, people::addresses),
        table(
            sizes,
            "products",
            sizes.products,
            "(id, sku, title, description, price, weight_grams, length_mm, rating, made_in, @thumbnail, @manual, attributes) \
             SET thumbnail = UNHEX(@thumbnail), manual = UNHEX(@manual)",
            goods::products,
        ),
        plain("product_categories", sizes.product_categories, goods::product_categories),
        plain("price_history", sizes.price_history, goods::price_history),
        plain("inventory", sizes.inventory, goods::inventory),
        table(
            sizes,
            "orders",
            sizes.orders,
            "(id, customer, status, placed_at, paid_at, total, @flags, gift, coupon, note, channel) \
             SET flags = CAST(@flags AS UNSIGNED)",
            sales::orders,
        ),
        plain("order_items", sizes.order_items, sales::order_items),
        table(
            sizes,
            "payments",
            sizes.payments,
            "(id, order_id, method, amount, fee, @captured, response, created_at) \
             SET captured = CAST(@captured AS UNSIGNED)",
            sales::payments,
        ),
        plain("shipments", sizes.shipments, sales::shipments),
        plain("reviews", sizes.reviews, people::reviews),
        table(
            sizes,
            "sessions",
            sizes.sessions,
            "(@id, customer, started_at, lasted, @address, browser, cart, pages) \
             SET id = UNHEX(@id), address = UNHEX(@address)",
            people::sessions,
        ),
        plain("legacy_contacts", sizes.legacy_contacts, people::legacy_contacts),
    ]
}

fn table(sizes: Sizes, name: &'static str, rows: u64, columns: &'static str, fill: Fill) -> Table {
    Table { name, rows, columns, fill: Box::new(move |random, output| fill(&sizes, random, output)) }
}

/// A moment between the first day and today, as seconds since 1970, with microseconds.
fn moment(random: &mut Random) -> (i64, u64) {
    (random.between(FIRST_DAY * crate::calendar::DAY, TODAY * crate::calendar::DAY), random.below(1_000_000))
}

/// The key of one of `count` rows that are numbered from 1, earlier ones more often.
fn reference(random: &mut Random, count: u64) -> u64 {
    1 + random.skewed(count)
}

#[cfg(test)]
mod tests {
    use super::{ROWS_MIN, Sizes};

    #[test]
    fn sizes_add_up_to_the_total_and_no_table_is_empty() {
        for total in [ROWS_MIN, 1_000, 54_321, 1_000_000, 200_000_000] {
            let sizes = Sizes::of(total);
            assert_eq!(sizes.sum(), total);
            assert!(sizes.order_items >= sizes.orders / 2, "{sizes:?}");
        }
    }

    #[test]
    fn composite_keys_never_ask_for_more_partners_than_there_are() {
        for total in [ROWS_MIN, 10_000, 200_000_000] {
            let sizes = Sizes::of(total);
            assert!(sizes.product_categories.div_ceil(sizes.products) <= sizes.categories);
            assert!(sizes.inventory.div_ceil(sizes.products) <= sizes.warehouses);
        }
    }
}
