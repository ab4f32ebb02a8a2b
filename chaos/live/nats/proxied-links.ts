import { freePorts } from './free-port.ts';
import { RouteLink, type Direction } from './route-link.ts';
import { dialledBy, type ServerLinks, type ServerPlace } from './server-links.ts';

interface RoutePair {
  readonly from: number;
  readonly to: number;
  readonly link: RouteLink;
}

const loopback = '127.0.0.1';

/** Servers on loopback, whose routes run through forwarders. A heal is noticed at once: the forwarder still has what was sent. */
export class ProxiedLinks implements ServerLinks {
  readonly places: readonly ServerPlace[];
  readonly #routes: readonly RoutePair[];

  private constructor(places: readonly ServerPlace[], routes: readonly RoutePair[]) {
    this.places = places;
    this.#routes = routes;
  }

  /** Errors: `LiveProblem` where a port is taken. */
  static async open(nodeCount: number): Promise<ProxiedLinks> {
    const indices = Array.from({ length: nodeCount }, (_, index) => index);
    const pairs = indices.flatMap((from) => dialledBy(from, nodeCount).map((to) => ({ from, to })));
    const ports = await freePorts(nodeCount * 3 + pairs.length);
    const port = (place: number): number => ports[place] ?? 0;
    const routes = pairs.map(({ from, to }, place) => ({
      from,
      to,
      link: new RouteLink(port(nodeCount * 3 + place), port(to * 3 + 2)),
    }));
    const places = indices.map((index) => ({
      address: loopback,
      clientPort: port(index * 3),
      monitorPort: port(index * 3 + 1),
      routePort: port(index * 3 + 2),
      dials: routes.filter(({ from }) => from === index).map(({ link }) => `${loopback}:${link.port}`),
      prefix: [],
    }));
    await Promise.all(routes.map(({ link }) => link.listen()));
    return new ProxiedLinks(places, routes);
  }

  cut(from: number, to: number): void {
    const { link, direction } = this.#route(from, to);
    link.cut(direction);
  }

  heal(from: number, to: number): void {
    const { link, direction } = this.#route(from, to);
    link.heal(direction);
  }

  async close(): Promise<void> {
    await Promise.all(this.#routes.map(({ link }) => link.close()));
  }

  #route(from: number, to: number): { readonly link: RouteLink; readonly direction: Direction } {
    for (const route of this.#routes) {
      if (route.from === from && route.to === to) return { link: route.link, direction: 'forward' };
      if (route.from === to && route.to === from) return { link: route.link, direction: 'backward' };
    }
    throw new RangeError(`there is no route from ${from} to ${to}`);
  }
}
