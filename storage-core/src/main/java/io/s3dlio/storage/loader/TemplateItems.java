package io.s3dlio.storage.loader;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import java.util.OptionalLong;

/**
 * Objects whose names follow from their numbers: nothing is kept of them, however many there are.
 *
 * @param prefix what the names stand below
 * @param size how many they are
 */
record TemplateItems(Location prefix, NameTemplate names, long size) implements Items {
  @Override
  public DatasetItem item(long index) {
    return DatasetItem.object(prefix.append(names.name(index)), OptionalLong.empty(), "");
  }
}
