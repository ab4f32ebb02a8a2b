import { nodeAt, textAt, walk, type ManifestNode } from '../documents/manifest-node.ts';
import type { PluginUse } from './lint-input.ts';

/** Plugins of APISIX: `plugins: {name: settings}` of its own configuration, `plugins: [{name, config}]` of its resources. */
export function pluginUses(root: ManifestNode): readonly PluginUse[] {
  const uses: PluginUse[] = [];
  walk(root, (node, path) => {
    if (path.at(-1) !== 'plugins') return;
    if (node.kind === 'map') {
      for (const { key, keyPlace, value } of node.entries) {
        if (value.kind === 'map') uses.push({ name: key, config: value, place: keyPlace });
      }
    } else if (node.kind === 'list') {
      for (const item of node.items) {
        const name = textAt(item, 'name');
        const config = nodeAt(item, 'config');
        if (name !== undefined && config !== undefined) uses.push({ name, config, place: item.place });
      }
    }
  });
  return uses;
}
