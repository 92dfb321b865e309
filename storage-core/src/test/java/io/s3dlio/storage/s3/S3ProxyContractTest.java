package io.s3dlio.storage.s3;

import io.s3dlio.storage.ObjectStoreContract;
import io.s3dlio.testing.NoLeaks;
import io.s3dlio.testing.S3Server;
import java.util.Map;
import org.junit.jupiter.api.extension.ExtendWith;

/** Against s3proxy, which every machine has that runs these tests. */
@ExtendWith(NoLeaks.class)
class S3ProxyContractTest extends ObjectStoreContract {
  private static final String ORDER = "s3proxy lists in the order of UTF-16";
  private static final String RACES = "s3proxy compares versions before it writes, not as it does";
  private static final Map<String, String> UNABLE =
      Map.of(
          "aListingIsInTheOrderOfTheStore", ORDER,
          "aListingStartsAfterAnyKey", ORDER,
          "aDirectoryIsNeverReplaced", "s3proxy keeps keys as folders in memory",
          "aBatchOfDeletesGoesOnAfterAFailureAndTellsEachOne", "s3proxy refuses no key",
          "repeatedSlashesNameWhatTheStoreSaysTheyDo", "s3proxy folds slashes",
          "ofManyThatReplaceOneVersionOneWins", RACES,
          "aCounterThatManyIncreaseLosesNothing", RACES,
          "aPrefixIsText", "s3proxy lists whole folders",
          "whoReadsDuringAnOverwriteGetsOneVersionOrAnError",
              "s3proxy tells a length of zero while it overwrites");

  @Override
  protected Fixture fixture() {
    return new S3Fixture(S3Server.s3proxy(), S3Config.Transport.OWN, UNABLE);
  }
}
