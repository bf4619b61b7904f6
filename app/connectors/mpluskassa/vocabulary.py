"""What the register's messages consist of: names, types and their fixed order.

From the vendor's WSDL (API 67.1.3), as far as it is sent or read here; whole where a record is read, changed and
written back. ``name!`` must be there, ``*`` may come often, ``any`` is carried without being looked into.
"""

TYPES = """
    BranchList = branch:Branch*
    Branch =
      branchNumber!:int branchName!:text abbreviation!:text countryCode!:int countryIso3!:text countryName!:text
    Employee = employeeNumber:int name:text active:bool
    PaymentMethodList = paymentMethod:PaymentMethod*
    PaymentMethod = method!:text description!:text buttonText!:text allowNegativeAmount!:bool active:bool type:text
    VatGroup = branchNumber:int countryIso3:text vatCode!:int vatPercentage!:int
    TurnoverGroupList = turnoverGroup:TurnoverGroup*
    TurnoverGroup = turnoverGroupType!:text turnoverGroup!:int turnoverGroupName!:text
    CategoryIdSet = category:int*
    CustomFieldList = customField:CustomField*
    CustomField =
      fieldName!:text dataType:text isRequired:bool strValue:text intValue:int decimalPlaces:int boolValue:bool
      dateValue:SoapMplusDate dateTimeValue:SoapMplusDateTime multiSelectInt:int*
    Relation = relationNumber:int extRelationId:text syncMarker:int createTimestamp:SoapMplusDateTime
      changeTimestamp:SoapMplusDateTime active:bool name:text address:text zipcode:text city:text country:text
      deliveryAddress:text deliveryZipcode:text deliveryCity:text deliveryCountry:text contact:text telephone:text
      mobile:text email:text website:text birthDate:SoapMplusDate relationCode:text points:int balance:int
      priceGroupNumber:int discountPercentage:int categoryId:int categoryIds:CategoryIdSet cardNumber:text
      bankAccountNumber:text creditLimit:int paymentWithinDays:int vatNumber:text commerceNumber:text extraText:text
      defaultVatMethod:text neverPrintOrEmailReceipt:bool alwaysPrintReceipt:bool alwaysPrintLargeFormatReceipt:bool
      alwaysEmailReceipt:bool condenseCombinedInvoice:bool imageList:any customFieldList:CustomFieldList
      contactList:RelationList relationArticleDiscountList:any companyName:text branchesNonPurchasable:int*
      cardNumbers:text* invoiceCredit:decimal accountBalance:decimal salePromotionIds:IdList directDebit:bool
      reminderEmail:text canEarnPoints:bool canRedeemPoints:bool cantRedeemPointsReason:text
    RelationList = relation:Relation*
    IdList = id:text*
    CardCategoryList = cardCategory:CardCategory*
    CardCategory = categoryId!:int name!:text isVipGroup!:bool isSupplierGroup!:bool
    SoapMplusDate = day!:int mon!:int year!:int
    SoapMplusDateTime = sec!:int min!:int hour!:int day!:int mon!:int year!:int isdst!:bool timezone!:int
    YearNumber = year!:int number!:int
    Address = addressId:text name:text contact:text address:text zipcode:text city:text country:text label:text
      companyName:text supplierInformation:text
    Order = orderId!:text extOrderId:text invoiceIds:IdList syncMarker:int orderType:text entryBranchNumber:int
      employeeNumber:int entryTimestamp:SoapMplusDateTime relationNumber:int relationName:text
      deliveryAddress:Address invoiceAddress:Address financialDate:SoapMplusDate financialBranchNumber:int
      workplaceNumber:int reference:text totalInclAmount:int totalExclAmount:int vatMethod:text deliveryMethod:text
      deliveryDate:SoapMplusDate paymentMethod:text changeCounter:int versionNumber:int prepaidAmount:int
      fullyPaid:bool deliveryState:text cancelState:text completeState:text orderNumber:YearNumber lineList:LineList
      paymentList:PaymentList vatCountryIso3:text
    OrderList = order:Order*
    LineList = line:Line*
    Line = lineId:text employeeNumber:int articleNumber!:int pluNumber:text text:text data:LineData lineType:text
      preparationList:LineList sequenceNumber:int
    LineData =
      quantity!:int decimalPlaces:int price:int priceExcl:int originalPrice:int turnoverGroup:int vatCode:int
      vatPercentage:int pricePerQuantity:int discountType:text discountPercentage:int discountAmount:int
      totalInclAmount:int totalExclAmount:int
    PaymentList = payment:Payment*
    Payment = financialDate:SoapMplusDate method!:text description:text amount!:int
    Invoice =
      invoiceId:text extInvoiceId:text orderIds:IdList extOrderIds:IdList syncMarker:int invoiceNumber:YearNumber
      invoiceType:text entryTimestamp:SoapMplusDateTime relationNumber:int relationName:text deliveryAddress:Address
      invoiceAddress:Address financialDate:SoapMplusDate reference:text totalInclAmount:int totalExclAmount:int
      vatMethod:text paidAmount:int state:text lineList:LineList paymentList:PaymentList creditedInvoiceId:text
      creditedReason:text
    InvoiceList = invoice:Invoice*
    TextList = text:Text*
    Text = text!:text
    Product =
      productNumber:int syncMarker:int description:text extraText:text articleList:ArticleList groupNumbers:int*
      sortOrderGroupList:any
    ProductList = product:Product*
    ArticleList = article:Article*
    Article = articleNumber:int extArticleId:text pluNumber:text syncMarker:int changeTimestamp:SoapMplusDateTime
      createTimestamp:SoapMplusDateTime active:bool description:text colour:text colourSequenceNumber:int size:text
      sizeSequenceNumber:int invoiceText:text receiptText:text displayText:text barcode:text
      barcodeDate:SoapMplusDate contentUnit:text contentQuantity:int contentQuantityDecimalPlaces:int brandName:text
      extraText:text turnoverGroup:int vatCode:int vatPercentage:int vatCodeAlternative:int
      vatPercentageAlternative:int averagePurchasePrice:int purchasePrice:int priceIncl:int priceExcl:int
      siUnit:text unit:text orderQuantityValue:int orderQuantityDecimalPlaces:int supplierRelationNumber:int
      supplierRelationName:text supplierArticleNumber:text webshop:bool categoryId:int categoryIds:CategoryIdSet
      stockArticle:bool articleDiscountGroupNumber:int articleDiscountGroupName:text course:any specialPrice:text
      showPreparationMethodsDirectly:bool showPreparationMethodsPerGroup:bool exchangeRateBuyPrice:int
      exchangeRateBuyPriceDecimalPlaces:int exchangeRateSellPrice:int exchangeRateSellPriceDecimalPlaces:int
      exchangeRateMultiplier:int imageList:any customFieldList:CustomFieldList salesPriceList:any priceGroupList:any
      preparationMethodList:any componentArticleList:any linkedArticleList:any barcodeList:BarcodeList
      relationArticleDiscountList:any askFor:text nutritionalCharacteristics:any discontinued:bool stockSiUnit:text
      specialBehaviour:text ageCheckMinimumAge:int oldestBestBeforeDate:text shelfLifeInDays:int
      shelfLifeInHours:int priceDeviationMin:decimal priceDeviationMax:decimal availableForInterbranchOrdering:bool
    BarcodeList = barcode:Barcode*
    Barcode = barcodeId:int description:text barcode:text barcodeDate:SoapMplusDate quantity:int decimalPlaces:int
      contentUnit:text contentQuantity:int contentQuantityDecimalPlaces:int purchasePrice:int priceIncl:int
      priceExcl:int isCurrent:bool
    ArticleGroup =
      groupNumber!:int syncMarker:int name!:text text!:text subGroupList!:ArticleGroupList sortOrder!:int
      productNumbers:NumberList isDeleted:bool
    ArticleGroupList = articleGroups:ArticleGroup*
    NumberList = number:int*
    ArticleStock =
      branchNumber:int articleNumber!:int changeTimestamp:SoapMplusDateTime stockId!:int amountFree!:int
      decimalPlacesFree:int amountReserved!:int decimalPlacesReserved:int amountIncoming!:int
      decimalPlacesIncoming:int isDayStockArticle!:bool
    ArticleNumberList = articleNumbers:int*
    BranchNumberList = branchNumber:int*
    OrderTypeList = orderType:text*
    GetRelationsRequest = relationNumbers:int* categoryId:int syncMarker:int syncMarkerLimit:int
    FindRelationV2Request = relation!:Relation exactMatch:bool
    GetOrdersRequest =
      syncMarker:int syncMarkerLimit:int fromFinancialDate:SoapMplusDate throughFinancialDate:SoapMplusDate
      relationNumbers:int* articlePluNumbers!:TextList articleBarcodes!:TextList orderTypeList:OrderTypeList
      orderIds:text* includeLineList:bool
    GetInvoicesRequest =
      syncMarker:int syncMarkerLimit:int fromFinancialDate:SoapMplusDate throughFinancialDate:SoapMplusDate
      relationNumbers:int* articlePluNumbers!:TextList articleBarcodes!:TextList invoiceIds:text*
      includeLineList:bool
    GetProductsRequest =
      articleNumbers:int* groupNumbers:int* pluNumbers!:TextList onlyWebshop:bool onlyActive:bool syncMarker:int
      syncMarkerLimit:int syncMarkerExcludePreparationMethods:bool changedSinceTimestamp:SoapMplusDateTime
      changedSinceBranchNumber:int includeAllArticlesOfSelectedProducts:bool productNumbers:int*
    GetArticleGroupsRequest = syncMarker:int syncMarkerLimit:int groupNumbers:int* retrieveArticleNumbers:bool
    GetStockRequest = branchNumber!:int articleNumbers!:ArticleNumberList stockId:int dayStockOnlyFilter:bool
      branchNumbers:BranchNumberList
    SetStockRequest =
      branchNumber!:int articleNumber!:int amount!:int decimalPlaces:int employeeNumber:int reference:text
    NewArticleGroupRequest = parentGroupNumber!:int name!:text text!:text sortOrder:int imageId:int
    UpdateArticleGroupRequest = groupNumber!:int name:text text:text sortOrder:int imageId:int parentGroupNumber:int
    AddProductsToArticleGroupRequest = groupNumber!:int position:int productNumbers!:NumberList
    CreateOrderV3Request =
      idempotencyKey!:text order!:Order applySalesAndActions:bool applySalesPrices:bool applyPriceGroups:bool
      prepay:bool paymentList:PaymentList
    CreateOrderInfo = orderId!:text orderString!:text orderQueued:bool
    PayOrderRequest = orderId!:text prepay!:bool paymentList!:PaymentList
    CancelOrderRequest = branchNumber:int
    GetTurnoverGroupsRequest = onlyActive:bool
"""

REQUESTS = """
    getApiVersion =
    getBranches =
    getEmployee = employeeNumber!:int
    getPaymentMethods =
    getVatGroupList =
    getTurnoverGroups = request!:GetTurnoverGroupsRequest
    getCustomFieldLists =
    getCardCategories =
    findRelation = relation:Relation
    findRelationV2 = request!:FindRelationV2Request
    getRelations = request:GetRelationsRequest
    createRelation = relation:Relation
    updateRelation = relation:Relation
    findOrder = extOrderId!:text
    getOrder = orderId!:text
    getOrders = request!:GetOrdersRequest
    createOrder = order:Order
    createOrderV3 = request!:CreateOrderV3Request
    payOrder = request!:PayOrderRequest
    cancelOrder = orderId!:text request:CancelOrderRequest
    creditInvoice = invoiceId!:text
    getInvoices = request!:GetInvoicesRequest
    getProducts = request!:GetProductsRequest
    createProduct = product!:Product
    updateProduct = product!:Product
    getArticleGroups = request!:GetArticleGroupsRequest
    newArticleGroup = request!:NewArticleGroupRequest
    updateArticleGroup = request!:UpdateArticleGroupRequest
    addProductsToArticleGroup = request!:AddProductsToArticleGroupRequest
    getStock = request!:GetStockRequest
    setStock = request!:SetStockRequest
"""

ANSWERS = """
    getApiVersionResponse = majorNumber!:int minorNumber!:int revisionNumber!:int inDebugMode!:bool
    getBranchesResponse = branches!:BranchList
    GetEmployeeResponse = result!:text employee:Employee
    GetPaymentMethodsResponse = paymentMethodList!:PaymentMethodList
    getVatGroupListResponse = vatGroup:VatGroup*
    GetTurnoverGroupsResponse = turnoverGroupList!:TurnoverGroupList
    GetCustomFieldListsResponse = articleCustomFieldList:CustomFieldList employeeCustomFieldList:CustomFieldList
      relationCustomFieldList:CustomFieldList
    GetCardCategoriesResponse = articleCardCategoryList:CardCategoryList employeeCardCategoryList:CardCategoryList
      relationCardCategoryList:CardCategoryList
    FindRelationResponse = result!:text relation:Relation
    FindRelationV2Response = result!:text relation:Relation
    GetRelationsResponse = relationList!:RelationList
    CreateRelationResponse =
      result!:text relationNumber!:int changeTimestamp:SoapMplusDateTime syncMarker:int errorMessage!:text
    UpdateRelationResponse = result!:text errorMessage!:text changeTimestamp:SoapMplusDateTime syncMarker:int
    GetOrderResponse = result!:text order:Order
    GetOrdersResponse = orderList!:OrderList
    CreateOrderResponse = result!:text info!:CreateOrderInfo errorMessage!:text
    CreateOrderV3Response =
      idempotencyResult!:text result!:text order:Order errorMessage:text info!:CreateOrderInfo payResult:text
      invoiceId:text
    PayOrderResponse = result!:text invoiceId:text errorMessage!:text
    CancelOrderResponse = result!:text message!:text
    CreditInvoiceResponse = result!:text message!:text
    GetInvoicesResponse = invoiceList!:InvoiceList
    GetProductsResponse = productList!:ProductList
    CreateProductResponse =
      result!:text productNumber!:int articleNumbers:int* changeTimestamp:SoapMplusDateTime syncMarker:int
      errorMessage!:text
    UpdateProductResponse =
      result!:text existingArticleNumbers:int* newArticleNumbers:int* changeTimestamp:SoapMplusDateTime
      syncMarker:int errorMessage!:text
    GetArticleGroupsResponse = articleGroupList!:ArticleGroupList
    NewArticleGroupResponse = result!:text groupNumber!:int
    UpdateArticleGroupResponse = result!:text
    AddProductsToArticleGroupResponse = result!:text
    GetStockResponse = articleStocks:ArticleStock*
    SetStockResponse = result!:text stockId:int
"""
"""By the answer's element; ``findOrder`` answers with that of ``getOrder``."""
