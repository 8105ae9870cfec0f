//! The figures a deployment is watched by, as CloudWatch's embedded metric format: a JSON line on standard output each.
//!
//! The tick tells them from the checkpoint table, the one place that knows every run. So they are true whichever function
//! was last alive, and their silence means that the tick itself is not running. No chunk and no lane is a dimension:
//! each distinct one is billed.

use migration::time::UnixMs;
use serde_json::{Map, Value, json};

const NAMESPACE: &str = "Ferry";

/// A run's figures.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct RunFigures {
    /// Seconds from a commit at the source to its effect at the target; only where the log is followed.
    pub(crate) lag_seconds: Option<f64>,
    /// Whether nobody reads a log that should be followed.
    pub(crate) reader_not_running: Option<bool>,
    /// Whether the run has failed and nobody has resumed or cancelled it.
    pub(crate) failed: bool,
}

impl RunFigures {
    /// The line of a task.
    pub(crate) fn line(&self, stack: &str, task: &str, at: UnixMs) -> String {
        let flag = |is: bool| json!(u8::from(is));
        let mut figures = vec![("RunFailed", "Count", flag(self.failed))];
        figures.extend(self.lag_seconds.map(|lag| ("LagSeconds", "Seconds", json!(lag))));
        figures.extend(self.reader_not_running.map(|is| ("ReaderNotRunning", "Count", flag(is))));
        line(&[("Stack", stack), ("Task", task)], &figures, at)
    }
}

/// The line that says that the tick runs.
pub(crate) fn tick_line(stack: &str, at: UnixMs) -> String {
    line(&[("Stack", stack)], &[("Ticks", "Count", json!(1))], at)
}

fn line(dimensions: &[(&str, &str)], figures: &[(&str, &str, Value)], at: UnixMs) -> String {
    let names: Vec<&str> = dimensions.iter().map(|(name, _)| *name).collect();
    let metrics: Vec<Value> =
        figures.iter().map(|(name, unit, _)| json!({ "Name": name, "Unit": unit })).collect();
    let directive = json!({ "Namespace": NAMESPACE, "Dimensions": [names], "Metrics": metrics });
    let mut object = Map::new();
    object.insert("_aws".to_owned(), json!({ "Timestamp": at.0, "CloudWatchMetrics": [directive] }));
    object.extend(dimensions.iter().map(|(name, value)| ((*name).to_owned(), json!(value))));
    object.extend(figures.iter().map(|(name, _, value)| ((*name).to_owned(), value.clone())));
    Value::Object(object).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{RunFigures, UnixMs, tick_line};

    fn read(line: &str) -> Value {
        serde_json::from_str(line).unwrap()
    }

    #[test]
    fn a_line_names_each_of_its_figures_and_dimensions() {
        let figures = RunFigures { lag_seconds: Some(1.5), reader_not_running: Some(false), failed: false };
        let line = read(&figures.line("ferry", "shop", UnixMs(17)));
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(line["_aws"]["Timestamp"], 17);
        assert_eq!(
            (&directive["Namespace"], &directive["Dimensions"]),
            (&json!("Ferry"), &json!([["Stack", "Task"]]))
        );
        for metric in directive["Metrics"].as_array().unwrap() {
            assert!(line[metric["Name"].as_str().unwrap()].is_number(), "{metric}");
        }
        assert_eq!(
            (&line["Stack"], &line["Task"], &line["LagSeconds"]),
            (&json!("ferry"), &json!("shop"), &json!(1.5))
        );
    }

    #[test]
    fn a_run_that_follows_nothing_has_no_lag() {
        let line = read(&RunFigures::default().line("ferry", "shop", UnixMs(17)));
        assert!(line.get("LagSeconds").is_none() && line["RunFailed"] == 0);
        assert_eq!(read(&tick_line("ferry", UnixMs(1)))["Ticks"], 1);
    }
}
