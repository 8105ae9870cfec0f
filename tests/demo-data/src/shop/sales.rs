//! Coupons, orders and what follows from an order: its lines, payments and shipments.
//!
//! Orders are numbered from 1 without gaps; shipments have gaps and one far outlier, as real keys do.

use std::io;

use super::{FIRST_DAY, Output, Sizes, TODAY, moment, reference};
use crate::calendar::DAY;
use crate::random::Random;
use crate::words::{CARRIERS, COLOURS, SENTENCES};

/// The key of the last shipment: somebody once typed a tracking number into the wrong field.
const OUTLIER: u64 = 9_000_000_000_000_000_001;

pub(super) fn coupons(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for number in 0..sizes.coupons {
        let from = random.between(FIRST_DAY, TODAY);
        rows.text(&coupon(number)).decimal(random.between(100, 10_000), 2).date(from);
        rows.maybe(random.percent(80).then(|| from + random.between(1, 400)), super::Output::date);
        rows.maybe(random.percent(50).then(|| random.between(0, 10_000)), super::Output::plain);
        rows.plain(random.pick(&["", "new_customers", "no_sale_items,online_only", "one_per_customer"]))
            .end()?;
    }
    Ok(())
}

/// The code of a coupon; codes sort differently by bytes and by collation.
fn coupon(number: u64) -> String {
    let place = usize::try_from(number).unwrap_or(0) % COLOURS.len();
    let colour = COLOURS.get(place).copied().unwrap_or("red");
    let colour = if number.is_multiple_of(3) { colour.to_uppercase() } else { colour.to_owned() };
    format!("{colour}-{:03}-{number}", number * 7 % 1_000)
}

pub(super) fn orders(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.orders {
        let (placed, micros) = moment(random);
        rows.plain(id).plain(reference(random, sizes.customers));
        rows.plain(random.pick(&["draft", "placed", "paid", "shipped", "shipped", "shipped", "returned"]));
        rows.instant(placed, micros, 6);
        rows.maybe(random.percent(80).then(|| placed + random.between(1, 100_000)), |rows, at| {
            rows.instant(at, micros, 3)
        });
        rows.decimal(random.between(10_000, 90_000_000), 4)
            .plain(random.below(256))
            .plain(u8::from(random.percent(5)));
        rows.maybe(random.percent(10).then(|| coupon(random.below(sizes.coupons))), |rows, code| {
            rows.text(&code)
        });
        rows.maybe(random.percent(12).then(|| random.pick(SENTENCES)), |rows, note| rows.text(note));
        rows.plain(random.between(-1, 6)).end()?;
    }
    Ok(())
}

pub(super) fn order_items(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    let mut left = sizes.order_items;
    for order in 1..=sizes.orders {
        let drawn = random.pick(&[&0, &1, &1, &1, &2, &2, &2, &3, &4]);
        // The last order takes what is left, so that the table has exactly its size.
        let lines = if order == sizes.orders { left } else { left.min(*drawn) };
        left -= lines;
        for line in 1..=lines {
            rows.plain(order)
                .plain(line)
                .plain(reference(random, sizes.products))
                .plain(1 + random.skewed(20));
            rows.decimal(random.between(99, 250_000), 2);
            rows.maybe(random.percent(20).then(|| random.between(1, 5_000)), |rows, share| {
                rows.decimal(share, 4)
            });
            rows.end()?;
        }
    }
    Ok(())
}

pub(super) fn payments(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for number in 0..sizes.payments {
        let (created, micros) = moment(random);
        // Like a ULID: the head grows with time, the tail is random.
        rows.plain(format_args!("01J{:011X}{:012X}", number * 977, random.below(1 << 48)));
        rows.plain(reference(random, sizes.orders))
            .plain(random.pick(&["card", "card", "transfer", "wallet", "cash"]));
        rows.decimal(random.between(-5_000_000, 900_000_000_000), 6);
        let fee =
            random.percent(70).then(|| f32::from(u16::try_from(random.below(60_000)).unwrap_or(0)) / 700.0);
        rows.maybe(fee, super::Output::plain).plain(u8::from(random.percent(90)));
        let response = random.percent(60).then(|| {
            let (code, risk) = (random.below(100), random.below(1_000));
            format!(r#"{{"code":{code},"risk":0.{risk:03},"text":"approved ✓","retry":[]}}"#)
        });
        rows.maybe(response, |rows, json| rows.text(&json)).instant(created, micros, 6).end()?;
    }
    Ok(())
}

pub(super) fn shipments(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for number in 1..=sizes.shipments {
        let shipped = random.between(FIRST_DAY, TODAY);
        rows.plain(if number == sizes.shipments { OUTLIER } else { number * 13 });
        rows.plain(reference(random, sizes.orders)).text(random.pick(CARRIERS));
        rows.maybe(random.percent(90).then(|| random.below(1 << 40)), |rows, code| {
            rows.plain(format_args!("TR{code:011}"))
        });
        rows.maybe(random.percent(95).then_some(shipped), super::Output::date);
        rows.maybe(random.percent(80).then(|| shipped * DAY + random.between(0, 900_000)), |rows, at| {
            rows.instant(at, 0, 0)
        });
        let hours = random.percent(70).then(|| (random.skewed(800), random.below(60)));
        rows.maybe(hours, |rows, (hours, minutes)| rows.plain(format_args!("{hours:02}:{minutes:02}:07")));
        rows.maybe(random.percent(80).then(|| random.between(1, 40_000)), |rows, grams| {
            rows.decimal(grams, 3)
        });
        rows.end()?;
    }
    Ok(())
}
