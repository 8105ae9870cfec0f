//! The queues' statements: what SQS promises and no more.
//!
//! A receipt is the message's number and its receive count, so it is stale as soon as the message is received again;
//! numbers are never used twice. A FIFO receipt whose visibility has run out deletes nothing, as on SQS. One call may
//! hand out several messages of one FIFO group, in order, as SQS does.

use std::collections::BTreeSet;
use std::time::Duration;

use migration::limits::{DEDUPLICATION_SPAN, MESSAGE_RETENTION};
use migration::port::{Delivery, Outgoing, Receipt};
use migration::time::UnixMs;
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

/// Expired messages dropped by one call, so that no call pays for a long neglect.
const DROPPED_MAX: usize = 1_000;
/// How long a dead letter is kept: the longest SQS keeps anything.
const DEAD_LETTER_RETENTION: Duration = Duration::from_secs(14 * 24 * 60 * 60);

/// A message received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// Its body.
    pub body: String,
    /// Its group, on a FIFO queue.
    pub group: Option<String>,
    /// How often it was delivered.
    pub receive_count: u32,
}

/// A queue as the file knows it.
#[derive(Debug, Clone)]
pub(crate) struct QueueInFile {
    pub(crate) name: String,
    pub(crate) is_fifo: bool,
    pub(crate) receives_max: u32,
}

/// What a receive call asks for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) most: u32,
    pub(crate) visibility: Duration,
    pub(crate) now: UnixMs,
}

/// Names one delivery of one message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    id: i64,
    receive_count: u32,
}

/// A message that may be delivered.
struct Candidate {
    id: i64,
    group: Option<String>,
    receive_count: u32,
}

/// Puts messages into a queue, in order.
pub(crate) fn send(
    connection: &Connection,
    queue: &QueueInFile,
    messages: &[Outgoing],
    now: UnixMs,
) -> rusqlite::Result<()> {
    let forget = "DELETE FROM deduplication WHERE until <= ?1";
    connection.prepare_cached(forget)?.execute([column(now)])?;
    for message in messages {
        if let Some(id) = &message.deduplication {
            let until = column(now.plus(DEDUPLICATION_SPAN));
            let remember = "INSERT OR IGNORE INTO deduplication (queue, id, until) VALUES (?1, ?2, ?3)";
            if connection.prepare_cached(remember)?.execute(params![queue.name, id, until])? == 0 {
                continue;
            }
        }
        let insert = "INSERT INTO message (queue, message_group, sent_at, visible_at, receive_count) \
                      VALUES (?1, ?2, ?3, ?4, 0)";
        let visible_at = column(now.plus(message.delay));
        let values = params![queue.name, message.group, column(now), visible_at];
        let id = connection.prepare_cached(insert)?.insert(values)?;
        let insert_body = "INSERT INTO message_body (id, body) VALUES (?1, ?2)";
        connection.prepare_cached(insert_body)?.execute(params![id, message.body])?;
    }
    Ok(())
}

/// Hands out visible messages and buries those received too often.
pub(crate) fn receive(
    connection: &Connection,
    queue: &QueueInFile,
    wanted: Wanted,
) -> rusqlite::Result<Vec<Delivery>> {
    drop_expired(connection, wanted.now)?;
    let mut deliveries = Vec::new();
    let mut seen = BTreeSet::new();
    loop {
        let missing = wanted.most.saturating_sub(u32::try_from(deliveries.len()).unwrap_or(u32::MAX));
        let found = if queue.is_fifo {
            // What this call has handed out does not block its own group, so everything is taken in one go.
            if deliveries.is_empty() {
                next_of_groups(connection, queue, missing, wanted.now)?
            } else {
                Vec::new()
            }
        } else {
            next_visible(connection, queue, missing, wanted.now)?
        };
        let mut buried = false;
        for candidate in found {
            // Without a visibility timeout the next round finds again what this call has handed out.
            if !seen.insert(candidate.id) {
                continue;
            }
            if candidate.receive_count >= queue.receives_max {
                bury(connection, candidate.id, wanted.now)?;
                buried = true;
            } else {
                deliveries.push(deliver(connection, candidate, wanted)?);
            }
        }
        if !buried {
            return Ok(deliveries);
        }
    }
}

fn next_visible(
    connection: &Connection,
    queue: &QueueInFile,
    most: u32,
    now: UnixMs,
) -> rusqlite::Result<Vec<Candidate>> {
    let sql = "SELECT id, message_group, receive_count FROM message WHERE queue = ?1 AND visible_at <= ?2 \
               ORDER BY visible_at, sent_at, id LIMIT ?3";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_map(params![queue.name, column(now), most], candidate)?.collect()
}

/// The heads of the groups that have nothing in flight, groups with the oldest head first.
fn next_of_groups(
    connection: &Connection,
    queue: &QueueInFile,
    most: u32,
    now: UnixMs,
) -> rusqlite::Result<Vec<Candidate>> {
    let in_flight = "SELECT DISTINCT message_group FROM message WHERE queue = ?1 AND visible_at > ?2";
    let mut statement = connection.prepare_cached(in_flight)?;
    let blocked: BTreeSet<String> = statement
        .query_map(params![queue.name, column(now)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut heads: Vec<(i64, String)> = Vec::new();
    let next_group = "SELECT message_group, id FROM message WHERE queue = ?1 AND message_group > ?2 \
                      ORDER BY message_group, id LIMIT 1";
    let mut statement = connection.prepare_cached(next_group)?;
    let mut last = String::new();
    let pair = |row: &Row<'_>| Ok((row.get(1)?, row.get(0)?));
    while let Some((id, group)) = statement.query_row(params![queue.name, last], pair).optional()? {
        last.clone_from(&group);
        if !blocked.contains(&group) {
            heads.push((id, group));
        }
    }
    heads.sort_unstable();
    let mut found: Vec<Candidate> = Vec::new();
    let of_group = "SELECT id, message_group, receive_count FROM message WHERE queue = ?1 AND message_group = ?2 \
                    ORDER BY id LIMIT ?3";
    let mut statement = connection.prepare_cached(of_group)?;
    for (_, group) in heads {
        let missing = most.saturating_sub(u32::try_from(found.len()).unwrap_or(u32::MAX));
        if missing == 0 {
            break;
        }
        for head in statement.query_map(params![queue.name, group, missing], candidate)? {
            found.push(head?);
        }
    }
    Ok(found)
}

fn candidate(row: &Row<'_>) -> rusqlite::Result<Candidate> {
    Ok(Candidate { id: row.get(0)?, group: row.get(1)?, receive_count: row.get(2)? })
}

fn deliver(connection: &Connection, candidate: Candidate, wanted: Wanted) -> rusqlite::Result<Delivery> {
    let Candidate { id, group, receive_count } = candidate;
    let receive_count = receive_count.saturating_add(1);
    let hide = "UPDATE message SET visible_at = ?2, receive_count = ?3 WHERE id = ?1";
    let visible_at = column(wanted.now.plus(wanted.visibility));
    connection.prepare_cached(hide)?.execute(params![id, visible_at, receive_count])?;
    let sql = "SELECT body FROM message_body WHERE id = ?1";
    let body = connection.prepare_cached(sql)?.query_row([id], |row| row.get(0))?;
    Ok(Delivery { receipt: Receipt(format!("{id}.{receive_count}")), body, group, receive_count })
}

fn bury(connection: &Connection, id: i64, now: UnixMs) -> rusqlite::Result<()> {
    let forget = "DELETE FROM dead_letter WHERE dead_at <= ?1";
    connection.prepare_cached(forget)?.execute([column(now).saturating_sub(span(DEAD_LETTER_RETENTION))])?;
    let bury = "INSERT INTO dead_letter (queue, message_group, dead_at, receive_count, body) \
                SELECT queue, message_group, ?2, receive_count, body FROM message JOIN message_body USING (id) \
                WHERE id = ?1";
    connection.prepare_cached(bury)?.execute(params![id, column(now)])?;
    remove(connection, id)
}

fn remove(connection: &Connection, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM message WHERE id = ?1")?.execute([id])?;
    connection.prepare_cached("DELETE FROM message_body WHERE id = ?1")?.execute([id])?;
    Ok(())
}

/// Drops what has waited longer than the retention; numbers grow with the time of sending.
fn drop_expired(connection: &Connection, now: UnixMs) -> rusqlite::Result<()> {
    let oldest_kept = column(now).saturating_sub(span(MESSAGE_RETENTION));
    for _ in 0..DROPPED_MAX {
        let oldest = "SELECT id, sent_at FROM message ORDER BY id LIMIT 1";
        let oldest = connection.prepare_cached(oldest)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)));
        match oldest.optional()? {
            Some((id, sent_at)) if i64::le(&sent_at, &oldest_kept) => remove(connection, id)?,
            Some(_) | None => break,
        }
    }
    Ok(())
}

impl Held {
    /// Reads a receipt; none where no queue of this kind gave it.
    pub(crate) fn parse(receipt: &Receipt) -> Option<Self> {
        let (id, receive_count) = receipt.0.split_once('.')?;
        Some(Self { id: id.parse().ok()?, receive_count: receive_count.parse().ok()? })
    }
}

/// Removes the message, if this is still its newest delivery.
pub(crate) fn delete(
    connection: &Connection,
    queue: &QueueInFile,
    held: Held,
    now: UnixMs,
) -> rusqlite::Result<()> {
    let sql = "SELECT EXISTS (SELECT 1 FROM message WHERE id = :id AND queue = :queue AND receive_count = :count \
               AND (visible_at > :now OR NOT :fifo))";
    let values = named_params! {
        ":id": held.id, ":queue": queue.name, ":count": held.receive_count, ":now": column(now),
        ":fifo": queue.is_fifo,
    };
    if connection.prepare_cached(sql)?.query_row(values, |row| row.get(0))? {
        remove(connection, held.id)?;
    }
    Ok(())
}

/// Moves the end of the message's invisibility, if this delivery is the newest and in flight.
pub(crate) fn change_visibility(
    connection: &Connection,
    queue: &QueueInFile,
    held: Held,
    now: UnixMs,
    visibility: Duration,
) -> rusqlite::Result<()> {
    let sql = "UPDATE message SET visible_at = ?5 WHERE id = ?1 AND queue = ?2 AND receive_count = ?3 \
               AND visible_at > ?4";
    let visible_at = column(now.plus(visibility));
    let values = params![held.id, queue.name, held.receive_count, column(now), visible_at];
    connection.prepare_cached(sql)?.execute(values)?;
    Ok(())
}

/// How many messages the queue holds.
pub(crate) fn depth(connection: &Connection, queue: &QueueInFile, now: UnixMs) -> rusqlite::Result<u64> {
    let sql = "SELECT count(*) FROM message WHERE queue = ?1 AND sent_at > ?2";
    let oldest_kept = column(now).saturating_sub(span(MESSAGE_RETENTION));
    let count = connection.prepare_cached(sql)?.query_row(params![queue.name, oldest_kept], |row| row.get(0));
    count.map(|count: i64| count.unsigned_abs())
}

/// Makes every message in flight visible now.
pub(crate) fn release_in_flight(
    connection: &Connection,
    queue: &QueueInFile,
    now: UnixMs,
) -> rusqlite::Result<()> {
    let sql = "UPDATE message SET visible_at = ?2 WHERE queue = ?1 AND visible_at > ?2 AND receive_count > 0";
    connection.prepare_cached(sql)?.execute(params![queue.name, column(now)])?;
    Ok(())
}

/// The queue's dead letters, oldest first.
pub(crate) fn dead_letters(
    connection: &Connection,
    queue: &QueueInFile,
    limit: u32,
) -> rusqlite::Result<Vec<DeadLetter>> {
    let sql =
        "SELECT body, message_group, receive_count FROM dead_letter WHERE queue = ?1 ORDER BY id LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let letter =
        |row: &Row<'_>| Ok(DeadLetter { body: row.get(0)?, group: row.get(1)?, receive_count: row.get(2)? });
    statement.query_map(params![queue.name, limit], letter)?.collect()
}

fn column(at: UnixMs) -> i64 {
    i64::try_from(at.0).unwrap_or(i64::MAX)
}

fn span(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
