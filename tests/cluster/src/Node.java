import static org.codelibs.opensearch.runner.OpenSearchRunner.newConfigs;

import org.codelibs.opensearch.runner.OpenSearchRunner;

/**
 * One OpenSearch node on loopback: Node NAME FOLDER HTTP_PORT TRANSPORT_PORT DOOR NAME1,NAME2 127.0.0.1:D1,127.0.0.1:D2 [CERTIFICATES]: others
 * reach it by its door. With a folder of certificates it has the security plugin. Runs until its stdin ends or it is killed.
 */
public class Node {
  public static void main(String[] a) throws Exception {
    String name = a[0], folder = a[1];
    int http = Integer.parseInt(a[2]), transport = Integer.parseInt(a[3]), door = Integer.parseInt(a[4]);
    String[] names = a[5].split(","), seeds = a[6].split(",");
    String certificates = a.length > 7 ? a[7] : "";
    OpenSearchRunner.Configs configs = newConfigs().clusterName(names[0]).numOfNode(1).basePath(folder).baseHttpPort(http - 1).useLogger();
    if (!certificates.isEmpty()) configs.pluginTypes("org.opensearch.security.OpenSearchSecurityPlugin");
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
      s.putList("path.repo", folder);
      if (certificates.isEmpty()) return;
      for (String layer : new String[] {"http", "transport"}) {
        String ssl = "plugins.security.ssl." + layer + ".";
        s.put(ssl + "pemcert_filepath", certificates + "/node.pem");
        s.put(ssl + "pemkey_filepath", certificates + "/node.key");
        s.put(ssl + "pemtrustedcas_filepath", certificates + "/ca.pem");
      }
      s.put("plugins.security.ssl.http.enabled", true);
      s.putList("plugins.security.nodes_dn", "CN=node");
      s.putList("plugins.security.authcz.admin_dn", "CN=admin");
      s.put("plugins.security.allow_default_init_securityindex", true);
    }).build(configs);
    while (System.in.read() >= 0) { }
    r.close();
    System.exit(0);
  }
}
