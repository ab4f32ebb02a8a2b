import type { SystemEvent } from '../ports/system-event.ts';
import type { Member, MemberParts } from './member.ts';
import { within } from './retry.ts';

type ShutdownStep = Extract<SystemEvent, { kind: 'shutdown.step' }>['step'];

/** One step that waits for NATS may take this long: an unreachable server must not eat up the grace period. */
const stepLimitMs = 2_500;
/** Left of the grace period when the process ends by itself, whatever is still open. */
const marginMs = 1_000;

/**
 * Ends a Defender in the order of delivery R202 within its grace: stop accepting, finish what is in work (at most 18 s),
 * unsubscribe, release the id (or hand it on, defender §6), release leadership, delete the heartbeat, exit.
 */
export async function shutDown(parts: MemberParts, member: Member): Promise<void> {
  const { connection, consumption, ports, settings, state } = parts;
  const { clock, process } = ports;
  const startedMs = clock.monotonicMs();
  const step = (name: ShutdownStep): void => {
    ports.telemetry.event({
      kind: 'shutdown.step',
      colour: settings.colour,
      pod: process.name,
      step: name,
    });
  };
  clock.after(settings.graceMs - marginMs, () => {
    process.exit(1);
  });

  state.shutDown();
  process.setReady(false);
  step('stop-accepting');
  const withdrawn = consumption.stopAccepting();
  ports.telemetry.event({
    kind: 'drain.started',
    colour: settings.colour,
    pod: process.name,
    defenderId: state.defenderId,
    inFlight: consumption.inFlight,
  });
  await within(clock, stepLimitMs, member.startEnding());

  await consumption.drain(settings.drainMs);
  consumption.abort();
  step('drained');

  await within(clock, stepLimitMs, withdrawn);
  step('unsubscribed');

  if (settings.policies.handOver === 'marks') {
    await clock.sleep(Math.max(0, settings.reservationWaitMs - (clock.monotonicMs() - startedMs)));
  }
  const isHandedOver = await within(clock, stepLimitMs, member.releaseIdentity());
  step('id-released');

  await within(clock, stepLimitMs, member.releaseLeadership());
  if (isHandedOver !== true) await within(clock, stepLimitMs, member.deleteHeartbeat());
  step('leadership-released');

  await within(clock, stepLimitMs, connection.close());
  step('exit');
  process.exit(0);
}
