package io.s3dlio.spark.docs;

import io.s3dlio.datagen.DataGenerator;
import io.s3dlio.datagen.ObjectType;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.ObjectStores;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/** Runs the examples of docs/guide.md one after another, with what they find at the store. */
final class GuideRun {
  /** Before what an example printed, and after it. */
  static final String BEGIN = "== example ";

  static final String SEEN = "== seen ";

  private GuideRun() {}

  /**
   * @param args where the examples' classes are, how many they are, and the bucket
   */
  public static void main(String[] args) throws Exception {
    ObjectStore store = ObjectStores.forUri(args[2]);
    DataGenerator generator = new DataGenerator(store);
    Location bucket = Location.parse(args[2]);
    generator.putMany(bucket, "data.bin", 1, ObjectType.RANDOM, 100_000);
    generator.putMany(bucket, "large.bin", 1, ObjectType.RANDOM, 20 << 20);
    generator.putMany(bucket.append("train/"), "part-{}.bin", 100, ObjectType.RANDOM, 1000);
    URL classes = Path.of(args[0]).toUri().toURL();
    try (URLClassLoader loader =
        new URLClassLoader(new URL[] {classes}, GuideRun.class.getClassLoader())) {
      for (int i = 0; i < Integer.parseInt(args[1]); i++) {
        System.out.println(BEGIN + i);
        Guide example =
            (Guide) loader.loadClass("Example" + i).getDeclaredConstructor().newInstance();
        example.run();
        System.out.println(SEEN + Guide.takeSeen());
      }
    }
    System.out.println("== end");
  }
}
