//! Countries and warehouses: the two small tables that everything hangs on.
//!
//! Their sizes do not grow with the shop.

use std::io;

use super::{Output, Sizes};
use crate::random::Random;
use crate::words::{COUNTRIES, TOWNS};

pub(super) fn countries(_: &Sizes, _: &mut Random, rows: &mut Output) -> io::Result<()> {
    for (code, name) in COUNTRIES {
        rows.plain(code).text(name).end()?;
    }
    Ok(())
}

pub(super) fn warehouses(sizes: &Sizes, random: &mut Random, rows: &mut Output) -> io::Result<()> {
    for id in 1..=sizes.warehouses {
        rows.plain(id).text(random.pick(TOWNS)).plain(country(random));
        rows.plain(format_args!("{:02}:{:02}:00", 5 + random.below(5), 15 * random.below(4)));
        rows.plain(format_args!("{}:30:00", 17 + random.below(7))).plain(random.below(1 << 24));
        let mut plan = vec![0; 2_048];
        random.fill(&mut plan);
        rows.maybe((id % 3 > 0).then_some(plan), |rows, plan| rows.hex(&plan)).end()?;
    }
    Ok(())
}

/// The code of some country.
pub(super) fn country(random: &mut Random) -> &'static str {
    COUNTRIES.get(random.place(COUNTRIES.len())).map_or("DE", |(code, _)| code)
}
