package io.s3dlio.storage.loader;

import io.s3dlio.storage.CancellationToken;
import io.s3dlio.storage.Failure;
import io.s3dlio.storage.HiddenNames;
import io.s3dlio.storage.ListOptions;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NotFoundException;
import io.s3dlio.storage.ObjectInfo;
import io.s3dlio.storage.ObjectListing;
import io.s3dlio.storage.ObjectStore;
import java.io.IOException;
import java.util.OptionalLong;

/** Finds the objects that a path names: one object, or what is listed below a prefix. */
final class PrefixItems {
  private PrefixItems() {}

  /**
   * @throws NotFoundException if there is nothing to read
   * @throws LoaderCancelledException if the token is cancelled meanwhile
   */
  static Items find(ObjectStore store, Location path, CancellationToken token) throws IOException {
    ItemTable.Builder items = new ItemTable.Builder();
    if (!path.isPrefix()) {
      try {
        add(items, path.withKey(""), store.stat(path));
        return items.build();
      } catch (NotFoundException e) {
        // Then it is a prefix.
      }
    }
    Location prefix = path.asPrefix();
    boolean found = false;
    try (ObjectListing listing = store.list(prefix, ListOptions.RECURSIVE)) {
      while (listing.hasNext()) {
        if (token.isCancelled()) {
          throw new LoaderCancelledException("Cannot list %s: it was cancelled".formatted(prefix));
        }
        ObjectInfo object = listing.next();
        found = true;
        if (!HiddenNames.hides(object.location().key().substring(prefix.key().length()))) {
          add(items, prefix, object);
        }
      }
    }
    if (items.size() == 0) {
      throw nothing(path, found);
    }
    return items.build();
  }

  private static void add(ItemTable.Builder items, Location root, ObjectInfo object) {
    items.add(root, object.location(), OptionalLong.of(object.length()), object.etag());
  }

  private static NotFoundException nothing(Location path, boolean hidden) {
    return new NotFoundException(
        hidden
            ? Failure.of("list", path, "all that is there is hidden, beginning with . or _")
                .withRemedy("Name the objects with Dataset.fromUris")
            : Failure.of("list", path, "there is no such object or prefix, or nothing in it")
                .withRemedy("Check the path"));
  }
}
