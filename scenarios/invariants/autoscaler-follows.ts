import { colours, type Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

const boundUs = 60e6;

/** When a release has ended, the stable colour is scaled by its autoscaler again, and the idle one is not (delivery F52). */
export const autoscalerFollows: Rule = rule({
  id: 'autoscaler.follows',
  title: 'after a release the autoscaler serves the stable colour, and only that',
  kind: 'safety',
  source: 'delivery F52, C46',
  excuses: [],
  onlyTag: 'autoscaled',
  watch({ history, kernel }, ledger) {
    let stable: Colour = 'blue';
    let sinceUs: number | undefined;
    const scaled = new Map<string, boolean>();
    function settle(): void {
      if (sinceUs === undefined || kernel.nowUs - sinceUs < boundUs) return;
      sinceUs = undefined;
      ledger.check();
      for (const colour of colours) {
        const name = `collector-${colour}`;
        const isOn = scaled.get(name);
        if (isOn === undefined || isOn === (colour === stable)) continue;
        ledger.violate(
          `${name} is ${colour === stable ? 'stable' : 'idle'} and its autoscaler ${isOn ? 'on' : 'off'}`,
        );
      }
    }
    history.on('deployment.labelled', ({ deployment, labels }) => {
      if (labels['autoscaling'] !== undefined) scaled.set(deployment, labels['autoscaling'] === 'on');
    });
    history.on('routing.changed', ({ stableColour }) => {
      stable = stableColour;
    });
    history.on('rollout.started', () => {
      settle();
      sinceUs = undefined;
    });
    history.on('rollout.promoted', (_, timeUs) => {
      sinceUs = timeUs;
    });
    history.on('rollback.completed', ({ missingGateways }, timeUs) => {
      if (missingGateways.length === 0) sinceUs = timeUs;
    });
    history.on('request.routed', settle);
    return { finish: settle };
  },
});
