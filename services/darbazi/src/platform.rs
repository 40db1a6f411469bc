//! All services and the gateway, on loopback.

use gateway::{Gateway, Upstream};
use kernel::Clock;
use service::{Platform, Running, Settings, default_address};

/// The platform, serving.
pub struct Serving {
    pub gateway: gateway::Running,
    pub services: Vec<Running>,
    /// Holds the data directory.
    _platform: Platform,
}

/// Starts everything; `listen` says where (the services by name, and `gateway`).
pub async fn start(settings: Settings, clock: Clock, listen: impl Fn(&str) -> String) -> anyhow::Result<Serving> {
    let platform = Platform::open(settings.clone(), clock.clone())?;
    let services = platform.start(crate::services(), &listen).await?;
    let upstreams = services.iter().map(|service| Upstream::new(service.name, service.url())).collect();
    let gateway = gateway::start(Gateway { upstreams, settings, clock }, &listen("gateway"))?;
    Ok(Serving { gateway, services, _platform: platform })
}

/// Where things are unless configured otherwise. With `listen` the gateway is there and the services, which only it talks
/// to, wherever there is room.
pub fn addresses(settings: &Settings) -> impl Fn(&str) -> String + use<> {
    let gateway = settings.listen.clone();
    move |name| match (name, &gateway) {
        ("gateway", Some(address)) => address.clone(),
        (_, Some(_)) => "127.0.0.1:0".to_owned(),
        (name, None) => default_address(name).to_owned(),
    }
}

impl Serving {
    /// The gateway first, so that nothing new comes in.
    pub async fn stop(self) {
        self.gateway.stop().await;
        for service in self.services {
            service.stop().await;
        }
    }
}
