//! Pages made of several systems: the walk over dependencies, the circles, and the page of one system.

use std::collections::{BTreeMap, BTreeSet};

use event_store::Entity;
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QueryOrder};
use serde::Serialize;
use serde_json::Value;
use service::web::Done;
use utoipa::ToSchema;
use uuid::Uuid;

use super::domain::{DependencyKind, System, SystemId};
use super::graph::{Direction, Edge, Graph};
use super::view::{Node, SystemRow, landscape, row};

/// What a walk over the dependencies of a system found.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyGraph {
    pub direction: Direction,
    #[schema(minimum = 1, example = 10)]
    pub depth: u32,
    /// Each system once, nearest first; the first is the one that was asked about.
    pub nodes: Vec<ReachedNode>,
    /// The dependencies among these systems.
    pub edges: Vec<DependencyEdge>,
    /// Groups of these systems that need each other in a circle.
    pub cycles: Vec<Vec<Node>>,
    /// Whether there is more beyond the depth.
    pub cut: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct ReachedNode {
    #[serde(flatten)]
    pub system: Node,
    /// Steps from the system that was asked about.
    #[schema(minimum = 0, example = 1)]
    pub distance: u32,
}

/// `from` depends on `to`.
#[derive(Debug, Serialize, ToSchema)]
pub struct DependencyEdge {
    pub from: SystemId,
    pub to: SystemId,
    pub kind: DependencyKind,
}

/// Groups of systems that need each other in a circle.
#[derive(Debug, Serialize, ToSchema)]
pub struct Cycles {
    pub items: Vec<Vec<Node>>,
}

/// Everything that the catalogue says of one system.
#[derive(Debug, Serialize, ToSchema)]
pub struct CataloguePage {
    #[schema(value_type = SystemRow)]
    pub system: Value,
    pub part_of: Option<Node>,
    pub modules: Vec<Node>,
    pub depends_on: Vec<Relation>,
    pub needed_by: Vec<Relation>,
}

#[derive(Debug, Serialize, ToSchema)]
pub struct Relation {
    pub kind: DependencyKind,
    pub system: Node,
}

pub async fn walk(
    database: &DatabaseConnection,
    root: SystemId,
    direction: Direction,
    depth: u32,
) -> Result<DependencyGraph, DbErr> {
    let (systems, graph) = landscape(database).await?;
    let walk = graph.walk(root.into(), direction, depth);
    let inside: BTreeSet<Uuid> = walk.reached.iter().map(|(id, _)| *id).collect();
    let node = |(id, distance): &(Uuid, u32)| {
        systems.get(id).map(|system| ReachedNode { system: system.clone(), distance: *distance })
    };
    let mut cycles = named(&systems, &graph);
    cycles.retain(|group| group.iter().any(|node| inside.contains(&node.id.into())));
    Ok(DependencyGraph {
        direction,
        depth,
        nodes: walk.reached.iter().filter_map(node).collect(),
        edges: graph.among(&inside).into_iter().map(DependencyEdge::from).collect(),
        cycles,
        cut: walk.cut,
    })
}

pub async fn cycles(database: &DatabaseConnection) -> Result<Cycles, DbErr> {
    let (systems, graph) = landscape(database).await?;
    Ok(Cycles { items: named(&systems, &graph) })
}

fn named(systems: &BTreeMap<Uuid, Node>, graph: &Graph) -> Vec<Vec<Node>> {
    let group = |ids: &BTreeSet<Uuid>| ids.iter().filter_map(|id| systems.get(id).cloned()).collect();
    graph.cycles().iter().map(group).collect()
}

pub async fn page(database: &DatabaseConnection, entity: &Entity<System>) -> Result<CataloguePage, DbErr> {
    let (systems, graph) = landscape(database).await?;
    let system = SystemRow::from(entity);
    let id: Uuid = system.id.into();
    let near = |direction| graph.walk(id, direction, 1).reached.into_iter().map(|(id, _)| id).collect();
    let relation = |kind, other: Uuid| systems.get(&other).map(|system| Relation { kind, system: system.clone() });
    let down = graph.among(&near(Direction::Down)).into_iter().filter(|edge| edge.from == id);
    let up = graph.among(&near(Direction::Up)).into_iter().filter(|edge| edge.to == id);
    let parts = row::Entity::find().filter(row::Column::PartOfId.eq(system.id)).order_by_asc(row::Column::Number);
    let modules = parts.all(database).await?;
    Ok(CataloguePage {
        part_of: system.part_of_id.and_then(|whole| systems.get(&whole.into()).cloned()),
        modules: modules.iter().filter_map(|module| systems.get(&module.id.into()).cloned()).collect(),
        depends_on: down.filter_map(|edge| relation(edge.kind, edge.to)).collect(),
        needed_by: up.filter_map(|edge| relation(edge.kind, edge.from)).collect(),
        system: Done::with("software", entity).body().clone(),
    })
}

impl From<Edge> for DependencyEdge {
    fn from(edge: Edge) -> Self {
        Self { from: edge.from.into(), to: edge.to.into(), kind: edge.kind }
    }
}
