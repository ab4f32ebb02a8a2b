import { rolloutHandler } from './api.ts';
import { RolloutController, type RolloutPorts } from './controller.ts';
import type { RolloutSettings } from './settings.ts';
import { StateWriter } from './state-writer.ts';

/**
 * The rollout controller: leads a release through its stages, and back. Resolves when it serves and has taken up
 * what the last process left; before that connections are refused (Management then takes rollbacks itself).
 *
 * Not modelled: several replicas of the controller, weights per request (they are advisory, delivery C9), HPA per
 * colour (C46), go/no-go approval of the retirement (it follows the retention time).
 */
export async function startRollout(ports: RolloutPorts, settings: RolloutSettings): Promise<void> {
  const { clock, http, process, store } = ports;
  const writer = new StateWriter(clock, store, settings.storeRetryMs);
  const controller = new RolloutController(ports, settings, writer, await writer.load());
  const server = http.serve(settings.port, rolloutHandler(controller, settings));
  process.onTerminate(() => {
    process.setReady(false);
    void server.close().then(() => process.exit(0));
  });
  process.setReady(true);
  void controller.run();
}
