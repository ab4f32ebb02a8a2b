import type { Deviation } from '../../../../sim/cassandra/index.ts';
import { LiveRig } from '../live-rig.ts';
import { ModelRig } from '../model-rig.ts';
import { Teller, type Sighting, type Story } from './story.ts';

/** Tells a story on real nodes that it starts and ends. */
export async function tellLive(story: Story): Promise<readonly Sighting[]> {
  const rig = await LiveRig.start(story.nodesByDataCentre, story.settings);
  try {
    const teller = new Teller(rig, story.name);
    await story.tell(teller);
    return teller.sightings;
  } finally {
    await rig.close();
  }
}

/** Tells it in the model. */
export async function tellModel(
  story: Story,
  deviations: readonly Deviation[] = [],
  seed = 1n,
): Promise<readonly Sighting[]> {
  const rig = new ModelRig({
    nodesByDataCentre: story.nodesByDataCentre,
    seed,
    deviations,
    options: story.options,
  });
  return rig.run(async () => {
    const teller = new Teller(rig, story.name);
    await story.tell(teller);
    return teller.sightings;
  });
}
