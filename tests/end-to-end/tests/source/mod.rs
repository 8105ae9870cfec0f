//! The source adapter against a real MySQL: what it says of a server and its tables, and that reading by key misses
//! nothing, repeats nothing and uses the index, for every type a key may have.

mod any_json;
mod cascades;
mod catalog;
mod composite_keys;
mod counts;
mod fixture;
mod keys;
mod large_values;
mod log;
mod logins;
mod pages;
mod row_image_charsets;
mod row_image_refusals;
mod row_images;
mod values;
mod walk;
