package io.s3dlio.spark;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.s3dlio.testing.AzureServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** An Azurite, asked by what the JDK has alone, with a shared access signature. */
public final class AzureCloud extends Cloud {
  private static final String VERSION = "2021-06-08";
  private static final String UNTIL = "2099-01-01T00:00:00Z";

  private final AzureServer server;

  public AzureCloud(AzureServer server) {
    super("az", server.endpoint());
    this.server = server;
  }

  @Override
  public Map<String, String> options(URI relay) {
    return Map.of("endpoint", at(relay), "accountAccessKey", server.key());
  }

  @Override
  public Map<String, String> environment() {
    return Map.of(
        "AZURE_STORAGE_CONNECTION_STRING",
        "DefaultEndpointsProtocol=http;AccountName=%s;AccountKey=%s;BlobEndpoint=%s;"
            .formatted(server.account(), server.key(), endpoint()));
  }

  @Override
  public Map<String, String> hadoop() {
    return Map.of(
        "fs.azure.account.key.%s.dfs.core.windows.net".formatted(server.account()), server.key());
  }

  @Override
  public Map<String, String> besideHadoop() {
    return Map.of("endpoint", endpoint().toString());
  }

  @Override
  public String hadoopUri(String container, String key) {
    return "abfss://%s@%s.dfs.core.windows.net/%s".formatted(container, server.account(), key);
  }

  @Override
  public String secret() {
    return server.key();
  }

  @Override
  public String secretOption() {
    return "accountAccessKey";
  }

  /** Returns a signature of the whole account, as {@code sasToken} takes it. */
  public String signature() {
    String text =
        String.join("\n", server.account(), "rwdlac", "b", "sco", "", UNTIL, "", "", VERSION, "")
            + "\n";
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(Base64.getDecoder().decode(server.key()), "HmacSHA256"));
      String signed = Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(UTF_8)));
      return "sv=%s&ss=b&srt=sco&sp=rwdlac&se=%s&sig=%s"
          .formatted(VERSION, parameter(UNTIL), parameter(signed));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String parameter(String text) {
    return URLEncoder.encode(text, UTF_8);
  }

  private URI uri(String container, String key, String query) {
    String path = key.isEmpty() ? container : container + '/' + PlainHttp.path(key);
    String more = query.isEmpty() ? "" : query + '&';
    return URI.create("%s/%s?%s%s".formatted(endpoint(), path, more, signature()));
  }

  @Override
  public void create(String name) throws IOException {
    PlainHttp.ask("PUT", uri(name, "", "restype=container"), Map.of(), new byte[0]);
  }

  @Override
  public void put(String container, String key, byte[] content) throws IOException {
    PlainHttp.ask("PUT", uri(container, key, ""), Map.of("x-ms-blob-type", "BlockBlob"), content);
  }

  @Override
  public byte[] get(String container, String key) throws IOException {
    return PlainHttp.get(uri(container, key, ""));
  }

  @Override
  public void delete(String container, String key) throws IOException {
    PlainHttp.ask("DELETE", uri(container, key, ""), Map.of(), new byte[0]);
  }

  @Override
  public List<String> keys(String container, String prefix) throws IOException {
    List<String> keys = new ArrayList<>();
    String marker = "";
    do {
      Document page =
          xml(
              uri(
                  container,
                  "",
                  "restype=container&comp=list&prefix=%s&marker=%s"
                      .formatted(parameter(prefix), parameter(marker))));
      keys.addAll(texts(page, "Name"));
      marker = String.join("", texts(page, "NextMarker"));
    } while (!marker.isEmpty());
    return keys;
  }

  /** Of an object that was put at once there are no blocks. */
  @Override
  public OptionalInt parts(String container, String key) throws IOException {
    Document blocks = xml(uri(container, key, "comp=blocklist&blocklisttype=committed"));
    return OptionalInt.of(Math.max(1, texts(blocks, "Name").size()));
  }

  @Override
  public boolean isListing(String request) {
    return request.contains("comp=list&") || request.contains("comp=list ");
  }

  @Override
  public boolean isStat(String request) {
    return request.startsWith("HEAD ");
  }

  @Override
  public boolean isRead(String request) {
    return request.startsWith("GET ") && !isListing(request);
  }

  @Override
  public boolean isWrite(String request) {
    return request.startsWith("PUT ");
  }

  @Override
  public int pageSize() {
    return 5000;
  }

  private static Document xml(URI uri) throws IOException {
    try {
      String text = new String(PlainHttp.get(uri), UTF_8).replaceFirst("^\uFEFF", "");
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new ByteArrayInputStream(text.getBytes(UTF_8)));
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(e);
    }
  }

  private static List<String> texts(Document document, String element) {
    NodeList nodes = document.getElementsByTagName(element);
    return IntStream.range(0, nodes.getLength())
        .mapToObj(i -> nodes.item(i).getTextContent())
        .toList();
  }
}
