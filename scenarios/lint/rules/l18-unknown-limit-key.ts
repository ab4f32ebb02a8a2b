import { nodeAt, textAt } from '../documents/manifest-node.ts';
import type { LintRule } from './rule.ts';

const knownVariable =
  /^(http_|arg_|cookie_|sent_http_|upstream_http_|post_arg_|graphql_|ssl_|geoip_|remote_|server_|request_|consumer_|route_|service_|uri$|host$|hostname$|args$|scheme$|method$|binary_remote_addr$|realip_|proxy_|connection|msec$|pid$|status$|balancer_ip$|real_|resp_|mqtt_|query_string$|document_|content_|nginx_version$|body_bytes_sent$|bytes_sent$)/;

export const unknownLimitKey: LintRule = {
  id: 'L18',
  title: 'Limit by a variable that does not exist',
  effect: 'the plugin falls back to the client address: all tools behind one address share one limit',
  fix: 'name the header as nginx does: http_tool_id',
  source: 'delivery L18, 49, F24',
  check: (input) =>
    input.plugins
      .filter((plugin) => /^limit-(req|count|conn)$/.test(plugin.name))
      .flatMap(({ name, config }) => {
        const key = nodeAt(config, 'key');
        const text = textAt(key);
        const type = textAt(config, 'key_type') ?? 'var';
        if (key === undefined || text === undefined || type !== 'var' || knownVariable.test(text)) return [];
        return [
          { place: key.place, why: `${name} limits by ${text}, which is no variable of nginx or APISIX` },
        ];
      }),
};
