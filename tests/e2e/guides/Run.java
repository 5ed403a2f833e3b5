import java.security.SignatureException;

/** Runs what the guide shows of Java on one request: body on the standard input, headers and secret in the environment. */
final class Run {
    public static void main(String[] arguments) throws Exception {
        byte[] body = System.in.readAllBytes();
        try {
            Verify.verify(body, Run::header, System.getenv("WEBHOOK_SECRET"));
            System.out.println("genuine");
        } catch (SignatureException refused) {
            System.out.println("refused: " + refused.getMessage());
        }
    }

    private static String header(String name) {
        return System.getenv(name.toUpperCase().replace('-', '_'));
    }
}
