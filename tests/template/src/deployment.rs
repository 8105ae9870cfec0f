//! A template with its parameters given: every `Ref`, `Fn::If` and so on replaced by what it stands for.
//!
//! What only AWS knows gets a name of ours: `Ref` of a resource is its logical name, an attribute is `Logical.Attribute`,
//! pseudo parameters are their own names.

use serde_json::{Map, Value, json};

use crate::parameters::Given;
use crate::value::{at, list, text};

/// A template with parameters.
#[derive(Debug)]
pub struct Deployment<'a> {
    template: &'a Value,
    given: Given,
}

impl<'a> Deployment<'a> {
    /// The template under these parameters.
    #[must_use]
    pub fn new(template: &'a Value, given: Given) -> Self {
        Self { template, given }
    }

    /// The template itself.
    pub(crate) fn template(&self) -> &Value {
        self.template
    }

    /// Every resource that is made, resolved, by logical name.
    pub(crate) fn resources(&self) -> Map<String, Value> {
        let Some(resources) = at(self.template, &["Resources"]).as_object() else { return Map::new() };
        resources.iter().map(|(name, resource)| (name.clone(), self.resolve(resource))).collect()
    }

    /// A value with everything replaced; list entries and properties that are `AWS::NoValue` are gone.
    pub(crate) fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => Value::Array(
                items.iter().map(|item| self.resolve(item)).filter(|item| !item.is_null()).collect(),
            ),
            Value::Object(object) => match only_entry(object) {
                Some((name, argument)) if name == "Ref" || name.starts_with("Fn::") => {
                    self.call(name, argument)
                }
                _ => Value::Object(
                    object
                        .iter()
                        .map(|(name, value)| (name.clone(), self.resolve(value)))
                        .filter(|(_, value)| !value.is_null())
                        .collect(),
                ),
            },
            plain => plain.clone(),
        }
    }

    fn call(&self, function: &str, argument: &Value) -> Value {
        match function {
            "Ref" => self.reference(&text(argument)),
            "Fn::GetAtt" => json!(list(argument).into_iter().map(text).collect::<Vec<_>>().join(".")),
            "Fn::Sub" => json!(self.substitute(&text(argument))),
            "Fn::FindInMap" => {
                let keys: Vec<String> =
                    list(argument).into_iter().map(|key| text(&self.resolve(key))).collect();
                let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
                at(at(self.template, &["Mappings"]), &keys).clone()
            }
            "Fn::If" => {
                let chosen = if self.holds(&text(at_index(argument, 0))) { 1 } else { 2 };
                self.resolve(at_index(argument, chosen))
            }
            other => json!(format!("{other} is not resolved by this test")),
        }
    }

    fn reference(&self, name: &str) -> Value {
        if name == "AWS::NoValue" {
            return Value::Null;
        }
        let Some(given) = self.given.get(name) else { return json!(name) };
        if at(self.template, &["Parameters", name, "Type"]) == "CommaDelimitedList" {
            return json!(given.split(',').collect::<Vec<_>>());
        }
        json!(given)
    }

    /// Replaces `${Name}` and `${Name.Attribute}`.
    fn substitute(&self, pattern: &str) -> String {
        let mut whole = String::new();
        let mut rest = pattern;
        while let Some((before, behind)) = rest.split_once("${") {
            let (name, behind) = behind.split_once('}').unwrap_or((behind, ""));
            whole.push_str(before);
            whole.push_str(&text(&self.reference(name)));
            rest = behind;
        }
        whole + rest
    }

    fn holds(&self, condition: &str) -> bool {
        self.is_true(at(self.template, &["Conditions", condition]))
    }

    fn is_true(&self, expression: &Value) -> bool {
        if let Some(negated) = expression.get("Fn::Not") {
            return !self.is_true(at_index(negated, 0));
        }
        let sides = at(expression, &["Fn::Equals"]);
        self.side(at_index(sides, 0)) == self.side(at_index(sides, 1))
    }

    fn side(&self, value: &Value) -> String {
        match value.get("Fn::Join") {
            Some(join) => {
                let parts = self.resolve(at_index(join, 1));
                list(&parts).into_iter().map(text).collect::<Vec<_>>().join(&text(at_index(join, 0)))
            }
            None => text(&self.resolve(value)),
        }
    }
}

fn only_entry(object: &Map<String, Value>) -> Option<(&String, &Value)> {
    object.iter().next().filter(|_| object.len() == 1)
}

fn at_index(value: &Value, index: usize) -> &Value {
    value.get(index).unwrap_or(&Value::Null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Deployment;
    use crate::parameters::Given;

    #[test]
    fn what_parameters_decide_is_decided_and_what_is_left_out_is_gone() {
        let template = json!({
            "Parameters": { "Ids": { "Type": "CommaDelimitedList" }, "Seconds": { "Type": "Number" } },
            "Mappings": { "Six": { "30": { "Times": 180 } } },
            "Conditions": { "Has": { "Fn::Not": [{ "Fn::Equals": [{ "Fn::Join": ["", { "Ref": "Ids" }] }, ""] }] } },
        });
        let value = json!({
            "ids": { "Fn::If": ["Has", { "Ref": "Ids" }, { "Ref": "AWS::NoValue" }] },
            "six": { "Fn::FindInMap": ["Six", { "Ref": "Seconds" }, "Times"] },
            "name": { "Fn::Sub": "${AWS::StackName}-${Bucket.Arn}" },
            "arn": { "Fn::GetAtt": ["Queue", "Arn"] },
        });
        let given = |ids: &str| -> Given {
            [("Ids", ids), ("Seconds", "30")].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        };
        assert_eq!(
            Deployment::new(&template, given("")).resolve(&value),
            json!({ "six": 180, "name": "AWS::StackName-Bucket.Arn", "arn": "Queue.Arn" })
        );
        let both = Deployment::new(&template, given("a,b")).resolve(&value);
        assert_eq!(both.get("ids"), Some(&json!(["a", "b"])));
    }
}
