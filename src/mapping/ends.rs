//! The proof that T ends for every path.
//!
//! A path under way is the target of the rule that was applied last, followed by the names that no
//! rule touched: the tail. The next rule either speaks of the target or of an ancestor of it, and
//! the tail grows by what of the target was beyond the rule; or it speaks of something below the
//! target, and the tail shrinks by as many names. So there is a graph of rules with a growth on
//! each edge, and T can only run on for ever along a circle whose growth is not negative.
//!
//! "Below the target" is walked name by name in the trie, whose nodes are therefore vertices too:
//! that keeps the graph as small as the table. The names of the tail are not followed, so a circle
//! that no real path can go is an error as well; such a table moves things to a place that it calls
//! deprecated.

use petgraph::algo::{find_negative_cycle, kosaraju_scc};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use super::rule::{Action, Rule};
use super::table::Table;
use crate::path::Namespaces;

#[derive(Clone, Copy)]
enum Vertex {
    Rule(usize),
    /// A node of the trie of old paths.
    Names,
}

/// Growth of the tail.
type Graph = DiGraph<Vertex, i32>;

/// Circles on which T would not end, as rules in the order in which they apply; the rule that is
/// written first stands first. None overlap. Empty if T ends for every path.
pub(super) fn circles(table: &Table) -> Vec<Vec<usize>> {
    let graph = graph(table);
    let mut found = Vec::new();
    let mut components = kosaraju_scc(&graph);
    while let Some(mut component) = components.pop() {
        if let [only] = component[..] {
            let grows = |edge: petgraph::graph::EdgeReference<'_, i32>| *edge.weight() >= 0;
            if graph.edges_connecting(only, only).any(grows) {
                found.extend(rules_of(&graph, &component));
            }
            continue;
        }
        component.sort_unstable();
        let part = scaled(&graph, &component);
        let Some(circle) = find_negative_cycle(&part, NodeIndex::new(0)) else {
            continue;
        };
        let circle: Vec<_> = circle.into_iter().map(|vertex| part[vertex]).collect();
        found.extend(rules_of(&graph, &circle));
        // More circles may be among the others.
        let left = part.filter_map(
            |_, vertex| (!circle.contains(vertex)).then_some(*vertex),
            |_, _| Some(()),
        );
        for rest in kosaraju_scc(&left) {
            components.push(rest.into_iter().map(|vertex| left[vertex]).collect());
        }
    }
    found.sort();
    found
}

/// The rules among these vertices, the first written one first; `None` if there is none.
fn rules_of(graph: &Graph, circle: &[NodeIndex]) -> Option<Vec<usize>> {
    let mut rules: Vec<_> = circle
        .iter()
        .filter_map(|&vertex| match graph[vertex] {
            Vertex::Rule(index) => Some(index),
            Vertex::Names => None,
        })
        .collect();
    let first = (0..rules.len()).min_by_key(|&i| rules[i])?;
    rules.rotate_left(first);
    Some(rules)
}

/// The part of `graph` on `vertices`, with weights whose sum along a circle is negative if and only
/// if its growth is not: scaled by more than the length of any circle, and with a small debt on
/// each edge. (Bellman and Ford find circles with a negative sum.)
fn scaled(graph: &Graph, vertices: &[NodeIndex]) -> DiGraph<NodeIndex, f64> {
    let scale = i64::try_from(vertices.len()).expect("a table fits in memory") + 1;
    let mut part = DiGraph::new();
    let new: FxHashMap<_, _> = vertices.iter().map(|&v| (v, part.add_node(v))).collect();
    for &vertex in vertices {
        for edge in graph.edges(vertex) {
            if let Some(&target) = new.get(&edge.target()) {
                let weight = -i64::from(*edge.weight()) * scale - 1;
                // Far below 2^53 for any table that fits in memory, so exact.
                #[expect(clippy::cast_precision_loss, reason = "see above")]
                part.add_edge(new[&vertex], target, weight as f64);
            }
        }
    }
    part
}

fn graph(table: &Table) -> Graph {
    let (rules, nodes) = (table.rules(), table.old_nodes());
    let edges = rules.len() + 2 * nodes.len();
    let mut graph = Graph::with_capacity(rules.len() + nodes.len(), edges);
    let rule_at: Vec<_> = (0..rules.len())
        .map(|index| graph.add_node(Vertex::Rule(index)))
        .collect();
    let node_at: Vec<_> = nodes
        .iter()
        .map(|_| graph.add_node(Vertex::Names))
        .collect();
    for (index, node) in nodes.iter().enumerate() {
        for &rule in &node.rules {
            graph.add_edge(node_at[index], rule_at[rule as usize], 0);
        }
        for &child in node.children.values() {
            graph.add_edge(node_at[index], node_at[child as usize], -1);
        }
    }
    for (index, rule) in rules.iter().enumerate() {
        let Action::Move(to) = &rule.action else {
            continue;
        };
        let way: Vec<_> = table.old_ids_along(to.segments()).collect();
        let mut way = way.as_slice();
        // Kinds of a path that is the target itself, without a tail, which no rule spoke of yet.
        let mut open = rule.kinds.0;
        if let [before @ .., (len, node)] = way
            && *len == to.len()
        {
            way = before;
            if reaches_below(table, rule) {
                graph.add_edge(rule_at[index], node_at[*node], 0);
            }
            for &next in &nodes[*node].rules {
                graph.add_edge(rule_at[index], rule_at[next as usize], 0);
                open &= !rules[next as usize].kinds.0;
            }
            let stops = nodes[*node]
                .rules
                .iter()
                .any(|&next| reaches_below(table, &rules[next as usize]));
            // Every path that comes here has a rule at this node: those with a tail the one that
            // reaches below, the others one of their kind.
            if open & kinds_of(table) == 0 && (stops || !reaches_below(table, rule)) {
                continue;
            }
        }
        // The nearest ancestor with a rule that reaches down here.
        for (len, node) in way.iter().rev() {
            let mut stops = false;
            for &next in &nodes[*node].rules {
                if reaches_below(table, &rules[next as usize]) {
                    let growth = i32::try_from(to.len() - len).unwrap_or(i32::MAX);
                    graph.add_edge(rule_at[index], rule_at[next as usize], growth);
                    stops = true;
                }
            }
            if stops {
                break;
            }
        }
    }
    graph
}

/// Whether the rule also speaks of what lies below its path.
fn reaches_below(table: &Table, rule: &Rule) -> bool {
    !rule.exact && rule.kinds.meets(Namespaces(!table.syntax().leaf_kinds.0))
}

fn kinds_of(table: &Table) -> u8 {
    table.syntax().kinds.iter().fold(0, |bits, _| bits << 1 | 1)
}
