//! Customers, their addresses, reviews and visits, and the contacts of the system before this one.
//!
//! Never draws a key of another table outside that table's numbers.

use std::io;

use super::places::country;
use super::{FIRST_DAY, Output, Sizes, TODAY, moment, reference};
use crate::random::Random;
use crate::words::{BROWSERS, COLOURS, FAMILY, GIVEN, LATIN1, SENTENCES, STREETS, TOWNS};

pub(super) fn customers(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.customers {
        let (created, micros) = moment(random);
        rows.plain(id).plain(format_args!("customer{id}@shop{}.example", random.below(50)));
        rows.text(&format!("{} {}", random.pick(GIVEN), random.pick(FAMILY)));
        let nickname =
            random.percent(40).then(|| format!("{}{} 🐿", random.pick(COLOURS), random.below(1_000)));
        rows.maybe(nickname, |rows, name| rows.text(&name));
        rows.maybe(random.percent(70).then(|| random.between(-15_000, 14_000)), super::Output::date);
        rows.text(random.pick(&["none", "none", "none", "silver", "gold", "plätinum"]));
        rows.maybe(random.percent(80).then(|| interests(random)), |rows, set| rows.plain(set));
        rows.decimal(random.between(-50_000, 1_000_000), 2);
        rows.maybe(random.percent(60).then(|| score(random)), super::Output::plain);
        rows.plain(u8::from(random.percent(95)));
        rows.maybe(random.percent(50).then(|| preferences(random)), |rows, json| rows.text(&json));
        let mut digest = [0; 32];
        random.fill(&mut digest);
        rows.hex(&digest).instant(created, micros, 6);
        rows.maybe(random.percent(60).then(|| created + random.between(0, 9_000_000)), |rows, at| {
            rows.instant(at, 0, 0)
        });
        rows.end()?;
    }
    Ok(())
}

/// A single-precision number whose shortest text is exact.
fn score(random: &mut Random) -> f32 {
    let sixteenths = i16::try_from(random.between(-16_000, 16_000)).unwrap_or(0);
    f32::from(sixteenths) / 16.1
}

fn interests(random: &mut Random) -> String {
    let mut chosen = Vec::new();
    for interest in ["books", "garden", "kitchen", "music", "sport", "outdoor"] {
        if random.percent(30) {
            chosen.push(interest);
        }
    }
    chosen.join(",")
}

fn preferences(random: &mut Random) -> String {
    format!(
        r#"{{"theme":"{}","newsletter":{},"font":{},"limits":{{"day":{},"week":null}},"tags":["ä","🚀",{}]}}"#,
        random.pick(COLOURS),
        random.percent(50),
        random.pick(&["1.5", "2", "-0.25", "1e10"]),
        random.below(1_000),
        random.between(-9, 9),
    )
}

pub(super) fn addresses(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.addresses {
        rows.plain(id).plain(reference(random, sizes.customers)).plain(random.pick(&["billing", "shipping"]));
        rows.text(&format!("{} {}", random.pick(STREETS), 1 + random.below(250)));
        rows.maybe(
            random.percent(15).then(|| random.pick(&["c/o Šimić", "Floor 3", "2. OG links"])),
            |rows, line| rows.text(line),
        );
        rows.text(random.pick(TOWNS));
        rows.maybe(random.percent(90).then(|| random.below(100_000)), |rows, code| {
            rows.plain(format_args!("{code:05}"))
        });
        rows.plain(country(random));
        let place = random
            .percent(70)
            .then(|| (random.between(-8_500_000, 8_500_000), random.between(-18_000_000, 18_000_000)));
        rows.maybe(place, |rows, (latitude, _)| rows.decimal(latitude, 5));
        rows.maybe(place, |rows, (_, longitude)| rows.decimal(longitude, 5));
        rows.end()?;
    }
    Ok(())
}

pub(super) fn reviews(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.reviews {
        let (written, micros) = moment(random);
        rows.plain(id).plain(reference(random, sizes.products));
        rows.maybe(random.percent(85).then(|| reference(random, sizes.customers)), super::Output::plain);
        rows.plain(1 + random.below(5));
        rows.maybe(random.percent(75).then(|| random.pick(SENTENCES)), |rows, title| rows.text(title));
        let body = random.percent(80).then(|| {
            let sentences = 1 + random.skewed(12);
            (0..sentences).map(|_| random.pick(SENTENCES)).collect::<Vec<_>>().join(" ")
        });
        rows.maybe(body, |rows, body| rows.text(&body));
        rows.plain(random.skewed(400)).instant(written, micros, 3).end()?;
    }
    Ok(())
}

pub(super) fn sessions(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for _ in 0..sizes.sessions {
        let (started, micros) = moment(random);
        let mut id = [0; 16];
        random.fill(&mut id);
        rows.hex(&id);
        rows.maybe(random.percent(40).then(|| reference(random, sizes.customers)), super::Output::plain);
        rows.instant(started, micros, 3);
        let lasted = random.percent(90).then(|| random.skewed(40 * 3_600));
        rows.maybe(lasted, |rows, lasted| {
            rows.plain(format_args!("{:02}:{:02}:{:02}.25", lasted / 3_600, lasted / 60 % 60, lasted % 60))
        });
        let mut address = [0; 16];
        random.fill(&mut address);
        let length = if random.percent(60) { 4 } else { 16 };
        rows.hex(address.get(..length).unwrap_or_default());
        rows.maybe(random.percent(95).then(|| random.pick(BROWSERS)), |rows, browser| rows.text(browser));
        let cart = random.percent(30).then(|| {
            let (product, price) = (reference(random, sizes.products), random.below(10_000));
            format!(
                r#"[{{"product":{product},"quantity":{},"price":{price}.5}},true,null]"#,
                1 + random.below(4)
            )
        });
        rows.maybe(cart, |rows, cart| rows.text(&cart));
        rows.plain(random.skewed(300)).end()?;
    }
    Ok(())
}

pub(super) fn legacy_contacts(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for row in 0..sizes.legacy_contacts {
        // Numbers below zero were used for suppliers in the old system.
        let number = i64::try_from(row / 4).unwrap_or(0) * 10 - 1_000;
        let branch =
            ["B01", "K\u{f6}l", "M\u{fc}n", "Z9"].get(usize::try_from(row % 4).unwrap_or(0)).copied();
        rows.text(branch.unwrap_or("B01")).plain(number).text(random.pick(LATIN1));
        rows.maybe(random.percent(50).then(|| random.pick(LATIN1)), |rows, remark| rows.text(remark));
        let year = 1970 + (random.between(FIRST_DAY - 9_000, TODAY) / 366);
        rows.maybe(random.percent(80).then_some(year), super::Output::plain);
        let balance =
            random.percent(70).then(|| random.between(-4_000_000_000_000_000_000, 4_000_000_000_000_000_000));
        rows.maybe(balance, |rows, units| rows.decimal(units, 10)).end()?;
    }
    Ok(())
}
