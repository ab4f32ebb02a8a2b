import type { ClusterCore } from './cluster-core.ts';
import type { NatsServer } from './nats-server.ts';
import type { Session } from './session.ts';
import { connectionStaleUs, routePingUs, usageTickUs } from './timing.ts';

const usageBytes = 140;
const pingBytes = 6;

/** Who cannot hear whom, and since when: pings are elided, and what they would find out is found out here (jetstream C21, I72). */
export class LinkHealth {
  readonly #cluster: ClusterCore;
  /** By the indices of two servers, the lower one first. */
  readonly #brokenSinceUs: (number | undefined)[] = [];
  #reviewDue = false;

  constructor(cluster: ClusterCore) {
    this.#cluster = cluster;
  }

  routeBrokenSinceUs(left: NatsServer, right: NatsServer): number | undefined {
    return this.#brokenSinceUs[this.#pair(left, right)];
  }

  /** Looks again behind all that happens at this moment. */
  review(): void {
    if (this.#reviewDue) return;
    this.#reviewDue = true;
    this.#cluster.kernel.after(0, LinkHealth.#due, this, undefined);
  }

  static #due(health: LinkHealth): void {
    health.#reviewDue = false;
    health.#reviewRoutes();
    for (const client of health.#cluster.clients) {
      if (client.session !== undefined) health.#reviewSession(client.session);
    }
    for (const client of health.#cluster.clients) client.review();
    health.#cluster.dispatchAll();
  }

  #reviewRoutes(): void {
    const { servers, kernel, network, profile, random } = this.#cluster;
    for (const left of servers) {
      for (const right of servers) {
        if (right.index <= left.index) continue;
        const pair = this.#pair(left, right);
        const broken =
          !network.reachable(left.host, right.host) ||
          !network.reachable(right.host, left.host) ||
          left.process.state === 'frozen' ||
          right.process.state === 'frozen';
        if (!broken) {
          if (this.#brokenSinceUs[pair] !== undefined) this.#pingHalfOpen(left, right);
          this.#brokenSinceUs[pair] = undefined;
        } else if (this.#brokenSinceUs[pair] === undefined) {
          this.#brokenSinceUs[pair] = kernel.nowUs;
          const [low, high] = profile.routeStaleUs;
          const stale: StaleRoute = { left, right, sinceUs: kernel.nowUs };
          kernel.after(low + (high - low) * random.float(), LinkHealth.#routeStale, this, stale);
          this.#goOnTalking(left, right);
          this.#goOnTalking(right, left);
        }
      }
    }
  }

  #reviewSession(session: Session): void {
    const { kernel, network, random } = this.#cluster;
    const { server, client } = session;
    const impaired =
      !network.reachable(client.host, server.host) ||
      !network.reachable(server.host, client.host) ||
      server.process.state === 'frozen';
    if (!impaired) session.impairedSinceUs = undefined;
    else if (session.impairedSinceUs === undefined) {
      session.impairedSinceUs = kernel.nowUs;
      const [low, high] = connectionStaleUs;
      kernel.after(low + (high - low) * random.float(), LinkHealth.#sessionStale, session, kernel.nowUs);
    }
  }

  /** What servers say to each other all the time is elided too; on a cut link the first of it is what waits for a heal. */
  #goOnTalking(from: NatsServer, to: NatsServer): void {
    const { kernel, network, profile, random } = this.#cluster;
    if (network.reachable(from.host, to.host)) return;
    kernel.after(usageTickUs * random.float(), LinkHealth.#usageDue, from, to);
    if (profile.raftRoutes) kernel.after(routePingUs * random.float(), LinkHealth.#pingDue, from, to);
  }

  /** The other machine was down and knows nothing of a connection: the next ping finds it out. */
  #pingHalfOpen(left: NatsServer, right: NatsServer): void {
    const { kernel, profile, random } = this.#cluster;
    const connection = left.peers[right.index]?.connection ?? right.peers[left.index]?.connection;
    if (!profile.raftRoutes || connection === undefined || connection.isOpen(0) === connection.isOpen(1))
      return;
    const [from, to] = left.peers[right.index]?.connection === connection ? [left, right] : [right, left];
    kernel.after(routePingUs * random.float(), LinkHealth.#pingDue, from, to);
  }

  static #usageDue(from: NatsServer, to: NatsServer): void {
    from.run(LinkHealth.#usage, from, to);
  }

  static #usage(from: NatsServer, to: NatsServer): void {
    from.sendRaft(to, usageBytes, ignore, undefined, undefined);
  }

  static #pingDue(from: NatsServer, to: NatsServer): void {
    from.run(LinkHealth.#ping, from, to);
  }

  static #ping(from: NatsServer, to: NatsServer): void {
    from.sendTo(to, pingBytes, ignore, undefined, undefined);
  }

  static #routeStale(health: LinkHealth, { left, right, sinceUs }: StaleRoute): void {
    if (health.#brokenSinceUs[health.#pair(left, right)] !== sinceUs) return;
    if (left.process.state === 'running') left.dropRoute(right);
    if (right.process.state === 'running') right.dropRoute(left);
  }

  /** Not modelled: a server that gives up a frozen client's connection. */
  static #sessionStale(session: Session, sinceUs: number): void {
    if (session.impairedSinceUs !== sinceUs || session.client.session !== session) return;
    if (session.server.process.state === 'running') session.server.dropSession(session);
    session.client.giveUp(session);
  }

  #pair(left: NatsServer, right: NatsServer): number {
    const low = Math.min(left.index, right.index);
    return low * this.#cluster.servers.length + Math.max(left.index, right.index);
  }
}

interface StaleRoute {
  readonly left: NatsServer;
  readonly right: NatsServer;
  readonly sinceUs: number;
}

function ignore(): void {
  // Nothing here depends on what was said.
}
