/** `cassandra.yaml` as data; JSON is YAML. */
export type NodeSettings = Readonly<Record<string, unknown>>;

/**
 * Settings under which three nodes fit on a small machine and acknowledged writes survive `kill -9` (live-stack §1).
 * Seeds are all nodes, so that any of them starts first or alone.
 */
export function nodeSettings(seeds: readonly string[], overrides: NodeSettings): NodeSettings {
  return {
    cluster_name: 'tfdc',
    num_tokens: 1,
    auto_bootstrap: false,
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'GossipingPropertyFileSnitch',
    seed_provider: [
      {
        class_name: 'org.apache.cassandra.locator.SimpleSeedProvider',
        parameters: [{ seeds: seeds.join(',') }],
      },
    ],
    commitlog_sync: 'batch',
    commitlog_segment_size: '8MiB',
    commitlog_total_space: '64MiB',
    commitlog_disk_access_mode: 'mmap',
    disk_access_mode: 'standard',
    memtable_allocation_type: 'heap_buffers',
    memtable_heap_space: '48MiB',
    memtable_offheap_space: '16MiB',
    file_cache_size: '16MiB',
    networking_cache_size: '8MiB',
    key_cache_size: '0MiB',
    counter_cache_size: '0MiB',
    prepared_statements_cache_size: '2MiB',
    concurrent_reads: 8,
    concurrent_writes: 8,
    concurrent_compactors: 1,
    native_transport_max_threads: 16,
    auto_snapshot: false,
    internode_compression: 'none',
    block_for_peers_timeout_in_secs: 0,
    storage_compatibility_mode: 'NONE',
    dynamic_snitch: false,
    ...overrides,
  };
}

/** Evenly spaced tokens, one a node; those of further data centres lie one higher each. */
export function tokenOf(ordinal: number, nodesOfDataCentre: number, dataCentre: number): bigint {
  const step = 2n ** 64n / BigInt(nodesOfDataCentre);
  return -(2n ** 63n) + step * BigInt(ordinal) + BigInt(dataCentre);
}

export const logbackSettings = `<configuration scan="false">
  <shutdownHook class="ch.qos.logback.core.hook.DelayingShutdownHook"/>
  <appender name="FILE" class="ch.qos.logback.core.FileAppender">
    <file>\${cassandra.logdir}/system.log</file>
    <encoder><pattern>%-5level %date{ISO8601,UTC} %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="FILE"/></root>
</configuration>
`;
