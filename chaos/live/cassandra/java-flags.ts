const exported = [
  'java.base/jdk.internal.misc',
  'java.base/java.lang.ref',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi',
  'java.rmi/sun.rmi.registry',
  'java.rmi/sun.rmi.server',
  'java.sql/java.sql',
  'jdk.unsupported/sun.misc',
];

const opened = [
  ...[
    'java.io',
    'java.lang',
    'java.lang.module',
    'java.lang.reflect',
    'java.nio',
    'java.util',
    'jdk.internal.loader',
    'jdk.internal.math',
    'jdk.internal.module',
    'jdk.internal.ref',
    'jdk.internal.reflect',
    'jdk.internal.util.jar',
    'sun.nio.ch',
  ].map((name) => `java.base/${name}`),
  'jdk.management/com.sun.management.internal',
];

/** What the server and its tools need of the module system (live-stack §1). */
export const moduleFlags: readonly string[] = [
  ...exported.map((name) => `--add-exports=${name}=ALL-UNNAMED`),
  ...opened.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
];

/** A small server that starts fast and asks nobody for time to settle (live-stack §1). */
export const serverFlags: readonly string[] = [
  '-Xms64M',
  '-Xmx256M',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-Xss512k',
  '-XX:ActiveProcessorCount=2',
  '-XX:MaxDirectMemorySize=128M',
  '-XX:ReservedCodeCacheSize=64M',
  '-XX:+PerfDisableSharedMem',
  '-XX:+ExitOnOutOfMemoryError',
  '-Djdk.attach.allowAttachSelf=true',
  '-Dio.netty.tryReflectionSetAccessible=true',
  '-Dio.netty.allocator.useCacheForAllThreads=true',
  '-Dio.netty.allocator.maxOrder=11',
  '-Dcassandra-foreground=yes',
  '-Dcassandra.config.allow_system_properties=true',
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.ring_delay_ms=1000',
  '-Dcassandra.superuser_setup_delay_ms=0',
  '-Dcassandra.memtable.row_overhead_size=180',
  '-Dcassandra.shutdown_announce_in_ms=0',
  '-Dcassandra.test.messagingService.nonGracefulShutdown=true',
  '-Dcassandra.skip_sync=true',
];
