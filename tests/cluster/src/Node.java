import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import org.codelibs.opensearch.runner.OpenSearchRunner;

/** One OpenSearch node on loopback: Node NAME FOLDER HTTP_PORT TRANSPORT_PORT DOOR NAME1,NAME2 127.0.0.1:D1,127.0.0.1:D2: others reach it by its door. Runs until its stdin ends or it is killed. */
public class Node {
  public static void main(String[] a) throws Exception {
    String name = a[0], folder = a[1];
    int http = Integer.parseInt(a[2]), transport = Integer.parseInt(a[3]), door = Integer.parseInt(a[4]);
    String[] names = a[5].split(","), seeds = a[6].split(",");
    OpenSearchRunner r = new OpenSearchRunner();
    r.onBuild((i, s) -> {
      s.put("node.name", name);
      s.put("network.host", "127.0.0.1");
      s.put("http.port", http);
      s.put("transport.port", transport);
      s.put("transport.publish_port", door);
      s.put("node.processors", 1);
      s.putList("discovery.seed_hosts", seeds);
      s.putList("cluster.initial_cluster_manager_nodes", names);
      s.put("discovery.type", "zen");
      // A node that is cut off from the others refuses rather than answers from an old copy.
      s.put("cluster.no_cluster_manager_block", "all");
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
