//! Categories, products, and what hangs on a product: its categories, prices and stock.
//!
//! The composite keys are enumerated, not drawn, because a drawn one would repeat.

use std::io;

use super::{FIRST_DAY, Output, Sizes, moment};
use crate::random::Random;
use crate::words::{COLOURS, QUALITIES, SENTENCES, THINGS};

pub(super) fn categories(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.categories {
        rows.plain(id);
        rows.maybe((id > 8).then(|| 1 + random.below(id / 4)), super::Output::plain);
        rows.text(&format!("{} {}s", random.pick(QUALITIES), random.pick(THINGS)));
        rows.plain(u8::from(random.percent(90))).end()?;
    }
    Ok(())
}

pub(super) fn products(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.products {
        rows.plain(id).plain(format_args!("SKU-{:04X}-{id}", random.below(1 << 16)));
        rows.text(&format!("{} {} {}", random.pick(QUALITIES), random.pick(COLOURS), random.pick(THINGS)));
        let description = random
            .percent(85)
            .then(|| (0..1 + random.below(8)).map(|_| random.pick(SENTENCES)).collect::<Vec<_>>().join("\n"));
        rows.maybe(description, |rows, text| rows.text(&text)).decimal(random.between(99, 250_000), 2);
        rows.maybe(random.percent(90).then(|| random.skewed(1 << 24)), super::Output::plain);
        rows.maybe(random.percent(60).then(|| random.between(-32_768, 32_767)), super::Output::plain);
        let rating = random.percent(70).then(|| random.below(5_001));
        // A third is never exact in binary, so its text shows whether a double keeps all its digits.
        rows.maybe(rating, |rows, rating| {
            rows.plain(f64::from(u32::try_from(rating).unwrap_or(0)) / 3_000.0)
        });
        rows.maybe(random.percent(80).then(|| random.between(1_901, 2_155)), super::Output::plain);
        let mut thumbnail = [0; 64];
        random.fill(&mut thumbnail);
        let length = random.place(65);
        let thumbnail = random.percent(60).then(|| thumbnail.get(..length).unwrap_or_default());
        rows.maybe(thumbnail, super::Output::hex);
        let manual = random.percent(2).then(|| {
            let mut manual = vec![0; random.place(6_000)];
            random.fill(&mut manual);
            manual
        });
        rows.maybe(manual, |rows, manual| rows.hex(&manual)).text(&attributes(random)).end()?;
    }
    Ok(())
}

fn attributes(random: &mut Random) -> String {
    format!(
        r#"{{"colour":"{}","size":[{},{},{}.125],"note":"a \"quoted\" word, a \\ and a \u00e9","eco":{},"big":18446744073709551615}}"#,
        random.pick(COLOURS),
        random.below(100),
        random.between(-5, 5),
        random.below(10),
        random.percent(30),
    )
}

pub(super) fn product_categories(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for row in 0..sizes.product_categories {
        let (product, round) = (row % sizes.products, row / sizes.products);
        let category = 1 + (product * 31 + round) % sizes.categories;
        rows.plain(1 + product).plain(category).plain(random.below(1 << 32)).end()?;
    }
    Ok(())
}

pub(super) fn price_history(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for row in 0..sizes.price_history {
        let (product, round) = (row % sizes.products, row / sizes.products);
        let days = i64::try_from(product % 300 + round * 400).unwrap_or(0);
        rows.plain(1 + product).date(FIRST_DAY + days).decimal(random.between(99, 250_000), 2);
        rows.maybe(
            random.percent(30).then(|| random.pick(&["sale", "supplier", "été", "ошибка"])),
            |rows, reason| rows.text(reason),
        );
        rows.end()?;
    }
    Ok(())
}

pub(super) fn inventory(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for row in 0..sizes.inventory {
        let (product, round) = (row % sizes.products, row / sizes.products);
        let (counted, micros) = moment(random);
        rows.plain(1 + product)
            .plain(1 + (product * 5 + round) % sizes.warehouses)
            .plain(random.between(-20, 4_000));
        rows.maybe(random.percent(40).then(|| random.skewed(200)), super::Output::plain);
        rows.maybe(random.percent(75).then_some(counted), |rows, at| rows.instant(at, micros, 3));
        let shelf = random.percent(85).then(|| (random.below(26), random.below(100)));
        rows.maybe(shelf, |rows, (aisle, shelf)| {
            rows.plain(format_args!("{}{shelf}", char::from(b'A' + u8::try_from(aisle).unwrap_or(0))))
        });
        rows.end()?;
    }
    Ok(())
}
