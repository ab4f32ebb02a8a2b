import type { History } from '../sim/history/history.ts';
import type { Colour } from '../system/ports/colour.ts';
import type { DefenderEvent, RoutingEvent } from '../system/ports/system-event.ts';

/** `pod` is where it happened. */
export type MomentListener = (pod: string, colour: Colour) => void;

/** A point of the Defender protocol at which a fault can be pinned, told from the history (defender §1–§6). */
export interface Moment {
  readonly name: string;
  readonly summary: string;
  /** Calls the listener each time the moment is passed. */
  watch(history: History, passed: MomentListener): void;
}

type Kind = DefenderEvent['kind'];
type Event<K extends Kind> = Extract<DefenderEvent, { readonly kind: K }>;

function moment<K extends Kind>(
  name: string,
  summary: string,
  kind: K,
  condition: (event: Event<K>) => boolean = () => true,
): Moment {
  return {
    name,
    summary,
    watch(history, passed) {
      history.on(kind, (event, _timeUs, pod) => {
        const told = event as Event<K>;
        if (condition(told)) passed(pod, told.colour);
      });
    },
  };
}

/** The first member of a colour that follows a map nobody followed before. */
const firstApplied: Moment = {
  name: 'map.first-applied',
  summary: 'the first member follows a new map, the others do not yet',
  watch(history, passed) {
    const latest = new Map<Colour, number>();
    history.on('assignment.applied', ({ colour, version }, _timeUs, pod) => {
      if (version <= (latest.get(colour) ?? 0)) return;
      latest.set(colour, version);
      passed(pod, colour);
    });
  },
};

/** All named moments, in the order of a Defender's life. */
export const moments: readonly Moment[] = [
  moment('id.claimed', 'a free id of the pool is claimed', 'identity.claimed', (event) => !event.inherited),
  moment(
    'standby.waiting',
    'a starting pod waits without an id',
    'defender.state',
    (event) => event.to === 'standby',
  ),
  moment('hand-over.reserved', 'a standby reserved the id of a draining pod', 'identity.reserved'),
  moment('hand-over.taken', 'a standby took the id over', 'identity.claimed', (event) => event.inherited),
  moment(
    'id.lost',
    'a member learns that its id is another’s',
    'identity.released',
    (event) => event.how === 'lost',
  ),
  moment('lock.won', 'a member becomes leader', 'leader.elected'),
  moment('lock.lost', 'a leader gives up or loses its lock', 'leader.lost'),
  moment('heartbeat.missed', 'the leader missed the first heartbeat of a member', 'member.silent'),
  moment('member.declared-dead', 'the leader declared a member dead', 'member.dead'),
  moment(
    'window.opened',
    'the leader begins to gather changes',
    'defender.state',
    (event) => event.to === 'scaling',
  ),
  moment('map.computed', 'a map is computed, its write on the way', 'assignment.computed'),
  moment('map.published', 'the leader learnt that its map is stored', 'assignment.published'),
  firstApplied,
  moment('map.applied', 'a member follows a map', 'assignment.applied'),
  moment('durable.rebound', 'a Defender bound the durable of a unit', 'unit.bound'),
  moment('completion.delivered', 'a completion reached a Defender', 'completion.delivered'),
  moment(
    'completion.redelivered',
    'a completion was delivered again',
    'completion.delivered',
    (event) => event.deliveryCount > 1,
  ),
  moment('result.stored', 'a U-chart is durable, its completion not acknowledged', 'uchart.stored'),
  moment('alarm.raised', 'an alarm reached the receiver', 'alarm.raised'),
  moment('drain.started', 'a pod that has to end stops taking work', 'drain.started'),
  moment(
    'drain.in-flight',
    'a pod that has to end still has completions in work',
    'drain.started',
    (event) => event.inFlight > 0,
  ),
  moment(
    'id.released',
    'a pod that ends gave its id back or handed it on',
    'shutdown.step',
    (event) => event.step === 'id-released',
  ),
  moment(
    'degraded.entered',
    'a member can no longer reach NATS',
    'defender.state',
    (event) => event.to === 'degraded',
  ),
  moment(
    'degraded.left',
    'a member reaches NATS again',
    'defender.state',
    (event) => event.from === 'degraded' && event.to !== 'shutdown',
  ),
];

function routingMoment<K extends RoutingEvent['kind']>(
  name: string,
  summary: string,
  kind: K,
  condition: (event: Extract<RoutingEvent, { readonly kind: K }>) => boolean = () => true,
): Moment {
  return {
    name,
    summary,
    watch(history, passed) {
      history.on(kind, (event, _timeUs, pod) => {
        // Routing has no colour of its own.
        if (condition(event as Extract<RoutingEvent, { readonly kind: K }>)) passed(pod, 'blue');
      });
    },
  };
}

/** Points of the way that a change of the list takes (delivery F17, F41); not columns of the grid of the Defender. */
export const routingMoments: readonly Moment[] = [
  routingMoment('list.changed', 'Management made a change durable, and has told nobody', 'routing.changed'),
  routingMoment(
    'list.applied',
    'a gateway routes by a new list, and has not confirmed it',
    'routing.applied',
  ),
  routingMoment(
    'stage.entered',
    'the rollout controller took down that a stage began',
    'rollout.stage',
    ({ state }) => state === 'entered',
  ),
  routingMoment('gate.decided', 'a gate decided, and nothing was done yet', 'gate.decided'),
];

const byName = new Map([...moments, ...routingMoments].map((one) => [one.name, one]));

export function findMoment(name: string): Moment | undefined {
  return byName.get(name);
}
