import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on loopback: Node NAME FOLDER HTTP_PORT TRANSPORT_PORT NAME1,NAME2 127.0.0.1:T1,127.0.0.1:T2. Runs until its stdin ends or it is killed. */
public class Node {
  public static void main(String[] a) throws Exception {
    String name = a[0], folder = a[1];
    int http = Integer.parseInt(a[2]), transport = Integer.parseInt(a[3]);
    String[] names = a[4].split(","), seeds = a[5].split(",");
    OpenSearchRunner r = new OpenSearchRunner();
    r.onBuild((i, s) -> {
      s.put("node.name", name);
      s.put("network.host", "127.0.0.1");
      s.put("http.port", http);
      s.put("transport.port", transport);
      s.put("node.processors", 1);
      s.putList("discovery.seed_hosts", seeds);
      s.putList("cluster.initial_cluster_manager_nodes", names);
      s.put("discovery.type", "zen");
      // A machine for tests may be full and slow; a test sets what it is about.
      s.put("cluster.routing.allocation.disk.threshold_enabled", false);
      s.put("cluster.info.update.interval", "10s");
      s.put("cluster.fault_detection.follower_check.timeout", "10s");
      s.put("cluster.fault_detection.follower_check.retry_count", 2);
      s.put("cluster.fault_detection.leader_check.timeout", "10s");
      s.put("cluster.fault_detection.leader_check.retry_count", 2);
    }).build(newConfigs().clusterName(names[0]).numOfNode(1).basePath(folder).baseHttpPort(http - 1).useLogger());
    while (System.in.read() >= 0) { }
    r.close();
    System.exit(0);
  }
}
