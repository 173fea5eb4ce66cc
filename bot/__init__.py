"""The Local Offer Guide: true, cited answers for families of children with SEND in County Durham."""
