// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.benchmarks.measure;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The class path of this JVM, to be given to another. */
public final class ClassPath {

  private ClassPath() {}

  /**
   * The path that a class was loaded from, with all that stands beside it: the loader's own where
   * it has one (as within Maven), otherwise the JVM's.
   */
  public static String of(Class<?> type) {
    if (!(type.getClassLoader() instanceof URLClassLoader loader)) {
      return System.getProperty("java.class.path");
    }
    List<String> entries = new ArrayList<>();
    for (URL url : loader.getURLs()) {
      try {
        entries.add(Path.of(url.toURI()).toString());
      } catch (URISyntaxException | IllegalArgumentException e) {
        throw new IllegalStateException("Cannot hand on the class path: " + url + " is no file", e);
      }
    }
    return String.join(File.pathSeparator, entries);
  }
}
