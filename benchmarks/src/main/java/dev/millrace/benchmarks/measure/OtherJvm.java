// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.MemoryPoolMXBean;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/** The memory of another JVM of this machine and user, by its own book. Not thread-safe. */
public final class OtherJvm implements AutoCloseable {

  private static final String METASPACE =
      ManagementFactory.MEMORY_POOL_MXBEAN_DOMAIN_TYPE + ",name=Metaspace";

  private final long pid;
  private final JMXConnector connector;
  private final MemoryMXBean memory;
  private final MemoryPoolMXBean metaspace;

  private OtherJvm(long pid, JMXConnector connector) throws IOException {
    this.pid = pid;
    this.connector = connector;
    MBeanServerConnection beans = connector.getMBeanServerConnection();
    this.memory =
        ManagementFactory.newPlatformMXBeanProxy(
            beans, ManagementFactory.MEMORY_MXBEAN_NAME, MemoryMXBean.class);
    this.metaspace =
        ManagementFactory.newPlatformMXBeanProxy(beans, METASPACE, MemoryPoolMXBean.class);
  }

  /**
   * What it holds at a moment.
   *
   * @param rssBytes its resident set; 0 unknown
   * @param liveBytes heap in use right after a full collection
   * @param metaspaceBytes for its classes
   */
  public record Look(long rssBytes, long liveBytes, long metaspaceBytes) {}

  /**
   * Has it tell of itself from now on.
   *
   * @throws IOException if it cannot be reached
   */
  @SuppressWarnings("BanJNDI") // the address is one that a process of this user has just told
  public static OtherJvm of(long pid) throws IOException {
    try {
      VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
      try {
        String address = machine.startLocalManagementAgent();
        return new OtherJvm(pid, JMXConnectorFactory.connect(new JMXServiceURL(address)));
      } finally {
        machine.detach();
      }
    } catch (AttachNotSupportedException e) {
      throw new IOException("Cannot look into process %d: %s".formatted(pid, e.getMessage()), e);
    }
  }

  /** Has it collect its garbage, and looks. */
  public Look look() {
    memory.gc();
    return new Look(
        ProcessTree.rssBytes(pid),
        memory.getHeapMemoryUsage().getUsed(),
        metaspace.getUsage().getUsed());
  }

  @Override
  public void close() throws IOException {
    connector.close();
  }
}
