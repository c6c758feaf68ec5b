import java.io.IOException;
import org.jpos.iso.IFB_BINARY;
import org.jpos.iso.ISOException;
import org.jpos.iso.ISOMsg;
import org.jpos.iso.ISOServer;
import org.jpos.iso.ISOUtil;
import org.jpos.iso.channel.PostChannel;
import org.jpos.iso.packager.ISO87APackagerBBitmap;
import org.jpos.util.ThreadPool;

/**
 * A card host on jPOS, a stack that shares nothing with ours: it takes messages with two octets of length, ISO 8583:1987 in
 * ASCII with binary bitmaps, prints what it understood of each, one line, and answers all fields back with 00 in field 39.
 * Port 0 is not offered by ISOServer's constructor in every version, so the port is given.
 */
public final class CardHost {
  public static void main(String[] arguments) throws ISOException, IOException {
    ISO87APackagerBBitmap packager = new ISO87APackagerBBitmap();
    // The packager writes these in hexadecimal; on the wire of most hosts they are binary.
    for (int field : new int[] {52, 64, 96, 128}) {
      packager.setFieldPackager(field, new IFB_BINARY(8, "BINARY"));
    }
    ISOServer server = new ISOServer(Integer.parseInt(arguments[0]), new PostChannel(packager), new ThreadPool(1, 20));
    server.addISORequestListener((source, message) -> {
      try {
        System.out.println(describe(message));
        ISOMsg answer = (ISOMsg) message.clone();
        answer.setResponseMTI();
        answer.set(39, "00");
        source.send(answer);
      } catch (ISOException | IOException error) {
        System.out.println("error " + error);
      }
      return true;
    });
    new Thread(server, "server").start();
    System.out.println("ready");
  }

  private static String describe(ISOMsg message) throws ISOException {
    StringBuilder line = new StringBuilder("heard ").append(message.getMTI());
    for (int field = 2; field <= message.getMaxField(); field++) {
      if (message.hasField(field)) {
        Object value = message.getValue(field);
        String text = value instanceof byte[] octets ? ISOUtil.hexString(octets) : (String) value;
        line.append('\t').append(field).append('=').append(text);
      }
    }
    return line.toString();
  }
}
