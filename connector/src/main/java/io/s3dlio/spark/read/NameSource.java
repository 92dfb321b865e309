package io.s3dlio.spark.read;

import io.s3dlio.storage.Failure;
import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.storage.ObjectStore;
import io.s3dlio.storage.StorageException;
import io.s3dlio.storage.checkpoint.Checkpoint;
import io.s3dlio.storage.checkpoint.CheckpointReader;
import io.s3dlio.storage.checkpoint.SavedState;
import io.s3dlio.storage.checkpoint.StateCompression;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** What names the objects of a read instead of a listing. */
sealed interface NameSource {
  /**
   * Names the objects, one by one.
   *
   * @param paths of the load, at or below which they must be
   */
  void read(List<Location> paths, Stores.Opener stores, ListSettings settings, NamedObjects objects)
      throws IOException;

  /** A job's manifest, or a list. */
  record InManifest(Location manifest) implements NameSource {
    @Override
    public void read(
        List<Location> paths, Stores.Opener stores, ListSettings settings, NamedObjects objects)
        throws IOException {
      ObjectStore store = stores.open(manifest, settings.store());
      new ManifestReader(manifest, paths, objects).read(store);
    }
  }

  /**
   * The first indexes of a template, below the one path of the load.
   *
   * @param count how many
   */
  record ByTemplate(String template, long count) implements NameSource {
    /**
     * @throws IllegalArgumentException if the template is malformed
     */
    public ByTemplate {
      NameTemplate.parse(template, count);
    }

    @Override
    public void read(
        List<Location> paths, Stores.Opener stores, ListSettings settings, NamedObjects objects)
        throws IOException {
      NameTemplate names = NameTemplate.parse(template, count);
      Location prefix = paths.get(0).asPrefix();
      for (long index = 0; index < count; index++) {
        objects.add(
            new NamedObjects.Named(
                "nameTemplate at index " + index,
                prefix.append(names.name(index)),
                prefix,
                OptionalLong.empty(),
                "",
                Optional.empty()));
      }
    }
  }

  /**
   * The states of a checkpoint below the one path of the load.
   *
   * @param step which; empty for the latest
   */
  record InCheckpoint(OptionalLong step) implements NameSource {
    @Override
    public void read(
        List<Location> paths, Stores.Opener stores, ListSettings settings, NamedObjects objects)
        throws IOException {
      Location prefix = paths.get(0).asPrefix();
      ObjectStore store = stores.open(prefix, settings.store());
      CheckpointReader reader = CheckpointReader.open(store, prefix);
      Checkpoint checkpoint = step.isPresent() ? reader.at(step.getAsLong()) : reader.current();
      for (SavedState state : checkpoint.manifest().states()) {
        if (state.compression() != StateCompression.NONE) {
          throw new StorageException(
              Failure.of(
                      "read",
                      checkpoint.location(state),
                      "the state '%s' of rank %d is compressed"
                          .formatted(state.name(), state.rank()))
                  .withRemedy("Load it with CheckpointReader"));
        }
        objects.add(
            new NamedObjects.Named(
                "the manifest of checkpoint " + checkpoint.step(),
                checkpoint.location(state),
                prefix,
                OptionalLong.of(state.storedSize()),
                "",
                Optional.empty(),
                OptionalInt.of(state.crc32c())));
      }
    }
  }
}
