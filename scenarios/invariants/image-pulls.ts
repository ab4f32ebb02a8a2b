import type { History } from '../../sim/history/history.ts';
import { colours, type Colour } from '../../system/ports/colour.ts';

/** A pod starts in 5 to 10 s (delivery C27); what it waits longer on its node is the pull of its image. */
const startUs = 10_000_000;
/** No image takes longer; a pod that waits on stands still for another reason. */
const longestPullUs = 60_000_000;

interface Pull {
  readonly colour: Colour;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** How long Defenders that had a node waited for their image. */
export class ImagePulls {
  readonly #scheduled = new Map<string, { readonly colour: Colour; readonly timeUs: number }>();
  #pulls: Pull[] = [];

  constructor(history: History) {
    history.on('pod.scheduled', ({ pod, deployment }, timeUs) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour !== undefined) this.#scheduled.set(pod, { colour, timeUs });
    });
    history.on('pod.started', ({ pod }, timeUs) => {
      const scheduled = this.#scheduled.get(pod);
      if (scheduled === undefined || !this.#scheduled.delete(pod)) return;
      const fromUs = scheduled.timeUs + startUs;
      if (timeUs > fromUs) this.#pulls.push({ colour: scheduled.colour, fromUs, untilUs: timeUs });
    });
    history.on('pod.ended', ({ pod }) => this.#scheduled.delete(pod));
  }

  /** Milliseconds of this span in which one pod of this colour or more waited; earlier pulls of the colour are forgotten. */
  waitedMs(colour: Colour, sinceUs: number, untilUs: number): number {
    const waiting = [...this.#scheduled.values()]
      .filter((scheduled) => scheduled.colour === colour)
      .map(({ timeUs }) => ({ colour, fromUs: timeUs + startUs, untilUs }));
    this.#pulls = this.#pulls.filter((pull) => pull.colour !== colour || pull.untilUs > sinceUs);
    const pulls = [...this.#pulls.filter((pull) => pull.colour === colour), ...waiting];
    let coveredUs = sinceUs;
    let sumUs = 0;
    for (const pull of pulls.toSorted((left, right) => left.fromUs - right.fromUs)) {
      const fromUs = Math.max(pull.fromUs, coveredUs);
      const endUs = Math.min(pull.untilUs, pull.fromUs + longestPullUs, untilUs);
      if (endUs <= fromUs) continue;
      sumUs += endUs - fromUs;
      coveredUs = endUs;
    }
    return sumUs / 1000;
  }
}
