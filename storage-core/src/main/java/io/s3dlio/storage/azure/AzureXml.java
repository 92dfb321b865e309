package io.s3dlio.storage.azure;

import io.s3dlio.storage.cloud.CloudClient;
import io.s3dlio.storage.cloud.Etags;
import io.s3dlio.storage.cloud.ListPages.Listed;
import io.s3dlio.storage.cloud.ListPages.Page;
import io.s3dlio.storage.cloud.UriText;
import io.s3dlio.storage.cloud.Xml;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The bodies of requests and answers, as the REST API reference of Blob Storage shows them. */
final class AzureXml {
  private AzureXml() {}

  /** What a server says of a failure; each part may be empty. */
  record ErrorAnswer(String code, String message) {
    static final ErrorAnswer NONE = new ErrorAnswer("", "");
  }

  /** Reads Error; what is no such document says nothing. */
  static ErrorAnswer error(ByteBuffer body) {
    if (!body.hasRemaining()) {
      return ErrorAnswer.NONE;
    }
    try {
      Xml.Element root = Xml.read(withoutMark(body), "Error", (element, depth) -> {});
      return new ErrorAnswer(root.text("Code"), root.text("Message"));
    } catch (IOException e) {
      // A proxy's page, as a rule: the status says what there is to say.
      return ErrorAnswer.NONE;
    }
  }

  /** Azure begins its documents with a byte order mark. */
  private static ByteBuffer withoutMark(ByteBuffer body) {
    int at = body.position();
    boolean marked =
        body.remaining() >= 3
            && (body.get(at) & 0xff) == 0xEF
            && (body.get(at + 1) & 0xff) == 0xBB
            && (body.get(at + 2) & 0xff) == 0xBF;
    return marked ? body.slice(at + 3, body.remaining() - 3) : body;
  }

  /** Writes BlockList. */
  static ByteBuffer blockList(List<String> ids) {
    StringBuilder xml = new StringBuilder(64 * ids.size() + 64);
    xml.append("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for (String id : ids) {
      xml.append("<Latest>");
      Xml.text(xml, id);
      xml.append("</Latest>");
    }
    return Xml.bytes(xml.append("</BlockList>"));
  }

  /**
   * Reads EnumerationResults.
   *
   * @throws IOException if it is none, or is cut off
   */
  static Page page(ByteBuffer body) throws IOException {
    return Xml.parse(withoutMark(body), reader -> new PageReader(reader).read());
  }

  /** Reads one page of a listing without keeping what it does not need. For one document. */
  private static final class PageReader {
    private final XMLStreamReader reader;
    private final StringBuilder text = new StringBuilder();
    private final List<Listed> objects = new ArrayList<>();
    private final List<String> prefixes = new ArrayList<>();
    private final List<String> path = new ArrayList<>();
    private String marker = "";
    private boolean encoded;
    private String name = "";
    private String length = "";
    private String modified = "";
    private String etag = "";
    private boolean hidden;

    PageReader(XMLStreamReader reader) {
      this.reader = reader;
    }

    Page read() throws XMLStreamException, IOException {
      while (reader.hasNext()) {
        switch (reader.next()) {
          case XMLStreamConstants.START_ELEMENT -> begin(reader.getLocalName());
          case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA ->
              text.append(reader.getText());
          case XMLStreamConstants.END_ELEMENT -> end();
          case XMLStreamConstants.DTD -> throw new IOException("the answer has a document type");
          default -> {
            // Comments, spaces and the document's two ends say nothing.
          }
        }
      }
      return new Page(objects, prefixes, marker);
    }

    private void begin(String element) throws IOException {
      path.add(element);
      text.setLength(0);
      if (path.size() == 1 && !element.equals("EnumerationResults")) {
        throw new IOException("the answer is <%s>, not <EnumerationResults>".formatted(element));
      }
      if (path.size() > Xml.MAX_DEPTH) {
        throw new IOException("the answer is nested too deep");
      }
      if (element.equals("Blob") || element.equals("BlobPrefix")) {
        name = "";
        length = "";
        modified = "";
        etag = "";
        hidden = false;
      } else if (element.equals("Name")) {
        encoded = "true".equalsIgnoreCase(reader.getAttributeValue(null, "Encoded"));
      }
    }

    private void end() throws IOException {
      switch (String.join("/", path)) {
        case "EnumerationResults/NextMarker" -> marker = text.toString();
        case "EnumerationResults/Blobs/Blob/Name", "EnumerationResults/Blobs/BlobPrefix/Name" ->
            name = encoded ? UriText.decode(text.toString()) : text.toString();
        case "EnumerationResults/Blobs/Blob/Properties/Content-Length" -> length = text.toString();
        case "EnumerationResults/Blobs/Blob/Properties/Last-Modified" -> modified = text.toString();
        case "EnumerationResults/Blobs/Blob/Properties/Etag" -> etag = text.toString();
        case "EnumerationResults/Blobs/Blob/Properties/ResourceType" ->
            hidden |= text.toString().equals("directory");
        case "EnumerationResults/Blobs/Blob/Metadata/hdi_isfolder",
            "EnumerationResults/Blobs/Blob/Metadata/Hdi_isfolder" ->
            hidden |= text.toString().equalsIgnoreCase("true");
        case "EnumerationResults/Blobs/Blob/Deleted" ->
            hidden |= text.toString().equalsIgnoreCase("true");
        case "EnumerationResults/Blobs/Blob/Snapshot" -> hidden |= !text.isEmpty();
        case "EnumerationResults/Blobs/Blob/IsCurrentVersion" ->
            hidden |= text.toString().equalsIgnoreCase("false");
        case "EnumerationResults/Blobs/BlobPrefix" -> prefixes.add(name);
        case "EnumerationResults/Blobs/Blob" -> endBlob();
        default -> {
          // Tiers, leases, sums: nobody asks for them.
        }
      }
      path.remove(path.size() - 1);
      text.setLength(0);
    }

    private void endBlob() throws IOException {
      if (hidden) {
        // Directories, and what is not asked for: the past of objects.
        return;
      }
      Instant time =
          CloudClient.time(modified)
              .orElseThrow(
                  () -> new IOException("the answer's '%s' is no time".formatted(modified)));
      objects.add(new Listed(name, Xml.number(length), time, Etags.unquoted(etag)));
    }
  }
}
